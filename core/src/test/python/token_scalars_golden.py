#!/usr/bin/env python3
"""What transformers says of single tokens, for the statistic "tokens": the mean square of the residual stream behind each block,
the attention that a token receives there (all queries, mean over heads), and of Gemma the mean squares of what attention and the
MLP give before their post-norms. Attention also as the mean over every QUERIES-th query alone, times the length.

  python token_scalars_golden.py ../resources/onnx ../../../../datasets/models/foresight-tiny OUT.json    (torch, transformers)

Reads the checkpoints of architecture_goldens.py and llama_goldens.py, and the demo model. Of each sequence every STRIDE-th token
is written, by block.
"""
import json, sys, pathlib
import torch
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM, AutoTokenizer

FAMILIES = ["llama", "llama-linear", "llama-llama3", "llama-yarn", "mistral", "qwen2", "qwen3", "gemma2", "gemma3_text", "phi3"]
STRIDE = 7
QUERIES = 4
TEXT = "The river rose in the night, and by morning the lower fields were under water. Nobody in the village had seen it so high."


@torch.no_grad()
def scalars(folder, ids):
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()
    if ids is None:
        ids = torch.tensor([AutoTokenizer.from_pretrained(folder)(TEXT)["input_ids"]])
    blocks = model.model.layers
    found = [{} for _ in blocks]
    square = lambda x: x.double().square().mean(-1)
    for block, into in zip(blocks, found):
        block.register_forward_hook(lambda m, i, o, into=into: into.update(residual=square(o[0] if isinstance(o, tuple) else o)))
        if hasattr(block, "post_feedforward_layernorm"):
            block.post_attention_layernorm.register_forward_pre_hook(lambda m, i, into=into: into.update(attention_output=square(i[0])))
            block.post_feedforward_layernorm.register_forward_pre_hook(lambda m, i, into=into: into.update(mlp_output=square(i[0])))
    for into, probabilities in zip(found, model(input_ids=ids, use_cache=False, output_attentions=True).attentions):
        heads = probabilities.double().mean(1)
        fourth = heads[:, (heads.shape[1] - 1) % QUERIES::QUERIES]  # counted back from the last
        into["attention"] = heads.sum(1)
        into["attention_of_fourth"] = fourth.mean(1) * heads.shape[1]
    return {"ids": ids.tolist(), "blocks": [{k: [[float(f"{x:.9g}") for x in row[::STRIDE]] for row in v.tolist()] for k, v in f.items()}
                                            for f in found]}


def main():
    torch.set_num_threads(1)
    resources, tiny, out = map(pathlib.Path, sys.argv[1:])
    golden = {f: scalars(resources / f, load_file(resources / f / "golden.safetensors")["ids"].long()) for f in FAMILIES}
    golden["foresight-tiny"] = scalars(tiny, None)
    with open(out, "w") as file:
        json.dump({"stride": STRIDE, "models": golden}, file, separators=(",", ":"))
        file.write("\n")


main()
