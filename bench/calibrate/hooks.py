"""The sums of a calibration by PyTorch: a fp32 forward pass without head, hooks on the linears' inputs of each block.

  hooks.py MODEL STORE THREADS     prints the seconds of the loop
  hooks.py --text MODEL STORE      prints the store's sequences as text, for tools that tokenise by themselves
Needs torch, transformers, pyarrow.
"""
import sys
import time
from pathlib import Path

import pyarrow.parquet as parquet
import torch
from transformers import AutoModel, AutoTokenizer

BATCH = 4  # sequences


def sequences(store):
    """[sequences, length] of all shards."""
    rows = []
    for file in sorted(Path(store, "sequences").rglob("*.parquet")):
        rows += parquet.ParquetFile(file).read(["tokens"]).column(0).to_pylist()
    return torch.tensor(rows)


def hooked(model, sums):
    """Adds Σ|x|, Σx, Σx² and max|x| of the four roles of each block to sums."""

    def observe(key):
        def hook(_, inputs):
            x = inputs[0].flatten(0, 1)
            a = x.abs()
            batch = a.sum(0, dtype=torch.float64), x.sum(0, dtype=torch.float64), (x * x).sum(0, dtype=torch.float64), a.amax(0)
            held = sums.get(key)
            sums[key] = batch if held is None else (*(h + b for h, b in zip(held[:3], batch)), held[3].maximum(batch[3]))
        return hook

    for number, layer in enumerate(model.layers):
        for linear in (layer.self_attn.q_proj, layer.self_attn.o_proj, layer.mlp.gate_proj, layer.mlp.down_proj):
            linear.register_forward_pre_hook(observe((number, linear)))


def main():
    if sys.argv[1] == "--text":
        tokenizer = AutoTokenizer.from_pretrained(sys.argv[2])
        print(tokenizer.decode(sequences(sys.argv[3]).flatten().tolist(), skip_special_tokens=True))
        return
    model, store, threads = sys.argv[1:]
    torch.set_num_threads(int(threads))
    tokens = sequences(store)
    network = AutoModel.from_pretrained(model, dtype=torch.float32).eval()
    sums = {}
    hooked(network, sums)
    with torch.inference_mode():
        network(input_ids=tokens[:1], use_cache=False)
        sums.clear()
        begin = time.perf_counter()
        for batch in tokens.split(BATCH):
            network(input_ids=batch, use_cache=False)
        print(time.perf_counter() - begin)


if __name__ == "__main__":
    main()
