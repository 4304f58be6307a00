#!/usr/bin/env python3
"""What PyTorch sums over a slice of the demo corpus in foresight-tiny, from the text on.

  python sums_golden.py ../../../../datasets ../resources/sums
      (torch 2.15.0, transformers 5.23.0, safetensors 0.8.0, xxhash 3, fp32 on CPU)

Documents of code.jsonl in order of (xxHash64(seed 0, text) as a signed number, text), EOS behind each, cut into
sequences of 64 tokens; the first four are the slice. code.safetensors has their ids, and for blocks 0, 3 and 7, each
role and stratum, [4, channels]: Σ|x|, Σx, Σx² (summed in fp64) and max|x|.
"""
import json, pathlib, sys
import torch
import xxhash
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM, AutoTokenizer

datasets, out = map(pathlib.Path, sys.argv[1:3])
LENGTH, COUNT, BLOCKS = 64, 4, (0, 3, 7)
ROLES = {"attention_input": "self_attn.q_proj", "attention_output": "self_attn.o_proj",
         "mlp_input": "mlp.gate_proj", "mlp_output": "mlp.down_proj"}
folder = datasets / "models/foresight-tiny"
model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
tokenizer = AutoTokenizer.from_pretrained(folder)


def order(text):
    number = xxhash.xxh64(text.encode(), seed=0).intdigest()
    return number - (1 << 64) * (number >> 63), text


stream = []
with open(datasets / "corpus/code.jsonl", encoding="utf-8") as lines:
    for text in sorted((json.loads(line)["text"] for line in lines), key=order):
        stream += tokenizer(text, add_special_tokens=False)["input_ids"] + [tokenizer.eos_token_id]
ids = torch.tensor(stream[: LENGTH * COUNT]).reshape(COUNT, LENGTH)

inputs = {}
for block in BLOCKS:
    for role, linear in ROLES.items():
        model.model.layers[block].get_submodule(linear).register_forward_pre_hook(
            lambda module, given, key=f"{block}.{role}": inputs.__setitem__(key, given[0].double()))
with torch.no_grad():
    model(ids)


def sums(x):
    return torch.stack([x.abs().sum(0), x.sum(0), x.square().sum(0), x.abs().amax(0)])


golden = {"ids": ids.int()}
for key, x in inputs.items():
    for stratum, part in (("first", x[:, :1]), ("rest", x[:, 1:])):
        golden[f"{key}.{stratum}"] = sums(part.flatten(0, 1)).float()
save_file(golden, out / "code.safetensors")
