#!/usr/bin/env python3
"""What transformers computes with a model, for core's ExactnessReport.

  python reference.py MODEL TEXT OUT      (torch 2.15.0, transformers 5.23.0, safetensors 0.8.0, CPU)

32 windows of 512 tokens, evenly spaced over TEXT (plain or .gz). OUT gets reference.safetensors: ids of all,
losses of all, hidden states of every block for the first two windows, logits of the first, sums of all roles
for the first two windows and for the slice of the 16 even windows.
"""
import gzip, math, os, sys, time
import torch
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM, AutoTokenizer

folder, text, out = sys.argv[1:4]
LENGTH, WINDOWS = 512, 32
ROLES = {"attention_input": "self_attn.q_proj", "attention_output": "self_attn.o_proj",
         "mlp_input": "mlp.gate_proj", "mlp_output": "mlp.down_proj"}
torch.set_num_threads(int(os.environ.get("THREADS", "2")))
model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
tokenizer = AutoTokenizer.from_pretrained(folder)
content = (gzip.open if text.endswith(".gz") else open)(text, "rt", encoding="utf-8").read()
all_ids = tokenizer(content, add_special_tokens=False, verbose=False)["input_ids"]
whole = len(all_ids) // LENGTH
ids = torch.tensor([all_ids[k * LENGTH:(k + 1) * LENGTH] for k in (i * whole // WINDOWS for i in range(WINDOWS))])

sums, states, measured = {}, [], set()


def add(key, x):
    """Sums in float64, apart for positions 1.. and position 0: Σ|x|, Σx, Σx², max|x|."""
    x = x[0].double()
    for part, v in (("later", x[1:]), ("first", x[:1])):
        new = torch.stack([v.abs().sum(0), v.sum(0), v.square().sum(0), v.abs().amax(0)])
        for scope in measured:
            name = f"{scope}.{key}.{part}"
            old = sums.get(name, torch.zeros_like(new))
            sums[name] = torch.cat([old[:3] + new[:3], torch.maximum(old[3:], new[3:])])


for b, block in enumerate(model.model.layers):
    for role, path in ROLES.items():
        block.get_submodule(path).register_forward_hook(lambda m, i, o, k=f"block{b}.{role}": add(k, i[0]))
    block.register_forward_pre_hook(lambda m, a, k: states.append((a[0] if a else k["hidden_states"])[0].clone()), with_kwargs=True)
model.model.norm.register_forward_pre_hook(lambda m, a: states.append(a[0][0].clone()))

kept, losses, tensors, start = [], [], {"ids": ids.int()}, time.time()
for w in range(WINDOWS):
    measured.clear()
    measured.update({"two"} if w < 2 else ())
    measured.update({"slice"} if w % 2 == 0 else ())
    states.clear()
    with torch.no_grad():
        logits = model(input_ids=ids[w:w + 1], use_cache=False).logits[0]
    losses.append(torch.nn.functional.cross_entropy(logits[:-1].double(), ids[w, 1:], reduction="none"))
    if w == 0:
        tensors["logits"] = logits
    if w < 2:
        kept.append(list(states))
print(f"transformers: perplexity {math.exp(torch.stack(losses).mean().item()):.4f}, "
      f"{WINDOWS * LENGTH / (time.time() - start):.0f} tokens/s with hooks, {torch.get_num_threads()} threads")
tensors["loss"] = torch.stack(losses).float()
for b in range(len(kept[0])):
    tensors[f"hidden.{b}"] = torch.stack([k[b] for k in kept])
tensors.update({k: v.float() for k, v in sums.items()})
os.makedirs(out, exist_ok=True)
save_file({k: v.contiguous() for k, v in tensors.items()}, os.path.join(out, "reference.safetensors"))
