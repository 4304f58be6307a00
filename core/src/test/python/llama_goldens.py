#!/usr/bin/env python3
"""A small random Llama checkpoint, and what transformers computes with it.

  python llama_goldens.py ../resources        (torch 2.15.0, transformers 5.23.0, safetensors 0.8.0, CPU)

Writes onnx/llama/ (config.json in the dialect with rope_parameters, config-rope-theta.json in the one
with rope_theta, model.safetensors, golden.safetensors) and evaluate/golden.safetensors. Weights are
scaled so that attention is peaked: each control below must move the output far more than the gate.
"""
import copy, json, os, sys
import torch
from safetensors.torch import save_file
from transformers import LlamaConfig, LlamaForCausalLM
from transformers.models.llama.modeling_llama import LlamaRotaryEmbedding

torch.manual_seed(20261122)
torch.set_num_threads(1)
out = sys.argv[1]
SEQUENCES, LENGTH = 3, 40
ROLES = {"attention_input": "self_attn.q_proj", "attention_output": "self_attn.o_proj",
         "mlp_input": "mlp.gate_proj", "mlp_output": "mlp.down_proj"}
config = LlamaConfig(
    hidden_size=64, intermediate_size=112, num_hidden_layers=3, num_attention_heads=4, num_key_value_heads=2, head_dim=24,
    rms_norm_eps=1e-5, vocab_size=256, max_position_embeddings=128, tie_word_embeddings=False, hidden_act="silu",
    rope_parameters={"rope_type": "default", "rope_theta": 5000.0}, bos_token_id=1, eos_token_id=2, dtype="float16")
model = LlamaForCausalLM(config).eval()
with torch.no_grad():
    for name, p in model.named_parameters():
        if "norm" in name:
            p.copy_(1 + 0.3 * torch.randn_like(p))
        elif "embed" in name:
            p.copy_(torch.randn_like(p))
        else:
            p.copy_(0.25 * torch.randn_like(p))
        p.copy_(p.half().float())  # what the file holds
ids = torch.randint(0, config.vocab_size, (SEQUENCES, LENGTH))


@torch.no_grad()
def forward(model, ids, golden=None):
    """Residual stream behind each block (and in front of the first), sums per role, logits."""
    states, hooks = [], []
    if golden is not None:
        for b, block in enumerate(model.model.layers):
            for role, path in ROLES.items():
                hooks.append(block.get_submodule(path).register_forward_hook(
                    lambda m, i, o, k=f"block{b}.{role}": golden.update(sums(k, i[0]))))
    for block in model.model.layers:
        hooks.append(block.register_forward_pre_hook(lambda m, a, k: states.append((a[0] if a else k["hidden_states"]).clone()), with_kwargs=True))
    hooks.append(model.model.norm.register_forward_pre_hook(lambda m, a: states.append(a[0].clone())))
    logits = model(input_ids=ids, use_cache=False).logits
    for h in hooks:
        h.remove()
    return states, logits


def sums(key, x):
    """Sums in float64, apart for positions 1.. and position 0."""
    x = x.double()
    parts = {"later": x[:, 1:].reshape(-1, x.shape[-1]), "first": x[:, 0]}
    return {f"{key}.{part}": torch.stack([v.abs().sum(0), v.sum(0), v.square().sum(0), v.abs().amax(0)]).float().contiguous()
            for part, v in parts.items()}


golden = {"ids": ids.int()}
states, logits = forward(model, ids, golden)
for b, s in enumerate(states):
    golden[f"hidden.{b}"] = s.contiguous()
golden["logits"] = logits[0].contiguous()
tied = copy.deepcopy(model)
tied.lm_head.weight = tied.model.embed_tokens.weight
golden["logits.tied"] = forward(tied, ids)[1][0].contiguous()


def rms(a, b):
    return ((a - b).norm() / b.norm()).item()


def control(name, change):
    other = copy.deepcopy(model)
    with torch.no_grad():
        other = change(other) or other
    result = forward(other, ids)[0]
    print(f"control {name}: relative RMS of the last block's output {rms(result[-1], states[-1]):.3g}")
    return result


def with_theta(other, theta):
    c = copy.deepcopy(config)
    c.rope_parameters = {"rope_type": "default", "rope_theta": theta}
    changed = LlamaForCausalLM(c).eval()
    changed.load_state_dict(other.state_dict())
    return changed


wrong_theta = control("theta 10000", lambda m: with_theta(m, 10000.0))
control("softmax scale x 1.1", lambda m: [b.self_attn.q_proj.weight.mul_(1.1) for b in m.model.layers] and None)
control("no attention", lambda m: [b.self_attn.o_proj.weight.zero_() for b in m.model.layers] and None)

positions = torch.tensor([[0, 1, 2, 7, 40, 127, 1000, 8191]])
golden["rope.positions"] = positions[0].int()
for kind, more in {"default": {}, "linear": {"factor": 3.0},
                   "llama3": {"factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 512}}.items():
    c = copy.deepcopy(config)
    c.max_position_embeddings = 8192
    c.rope_parameters = {"rope_type": kind, "rope_theta": 5000.0, **more}
    cos, sin = LlamaRotaryEmbedding(c)(torch.zeros(1, 1, 1), positions)
    half = config.head_dim // 2
    golden[f"rope.{kind}"] = torch.stack([cos[0, :, :half], sin[0, :, :half]]).contiguous()

# Judge: the model with the wrong theta against the right one, log-softmax in float64 of the fp32 states
double = copy.deepcopy(model).double()
judged = {"ids": ids.int(), "hidden": wrong_theta[-1].contiguous(), "reference": states[-1].contiguous()}
with torch.no_grad():
    q = torch.log_softmax(double.lm_head(double.model.norm(wrong_theta[-1].double())), -1)[:, :-1]
    p = torch.log_softmax(double.lm_head(double.model.norm(states[-1].double())), -1)[:, :-1]
    next_ids = ids[:, 1:, None]
    judged["loss"] = -q.gather(2, next_ids)[..., 0].float()
    judged["reference.loss"] = -p.gather(2, next_ids)[..., 0].float()
    judged["divergence"] = (p.exp() * (p - q)).sum(-1).float()
    judged["agrees"] = (p.argmax(-1) == q.argmax(-1)).int()

folder = os.path.join(out, "onnx", "llama")
os.makedirs(folder, exist_ok=True)
os.makedirs(os.path.join(out, "evaluate"), exist_ok=True)
fields = {k: getattr(config, k) for k in
          ("hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads", "num_key_value_heads", "head_dim", "rms_norm_eps",
           "vocab_size", "max_position_embeddings", "tie_word_embeddings", "hidden_act", "attention_bias", "mlp_bias", "bos_token_id", "eos_token_id")}
base = {"architectures": ["LlamaForCausalLM"], "model_type": "llama", **fields}
dialects = {"config.json": {**base, "dtype": "float16", "rope_parameters": {"rope_type": "default", "rope_theta": 5000.0}},
            "config-rope-theta.json": {**base, "torch_dtype": "float16", "rope_theta": 5000.0, "rope_scaling": None}}
for name, text in dialects.items():
    with open(os.path.join(folder, name), "w") as f:
        json.dump(text, f, indent=2)
        f.write("\n")
save_file({k: v.half().contiguous() for k, v in model.state_dict().items()}, os.path.join(folder, "model.safetensors"), metadata={"format": "pt"})
save_file(golden, os.path.join(folder, "golden.safetensors"))
save_file(judged, os.path.join(out, "evaluate", "golden.safetensors"))
