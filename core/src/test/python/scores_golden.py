#!/usr/bin/env python3
"""Attention as transformers computes it, one query and kv head after the other, for ScoreNodesTest.

  python scores_golden.py ../resources/onnx      (torch 2.15.0, transformers 5.24.0, CPU)

Writes scores.json there: for each case random queries, keys and values, and what the eager attention of Gemma 2 gives for them,
which is the one that knows scale, cap and window together: mixed values and the probabilities that queries give tokens.
"""
import base64, json, pathlib, sys
import torch
from transformers.models.gemma2.modeling_gemma2 import eager_attention_forward

HEADS, KV_HEADS, DIMENSION = 4, 2, 8
CASES = [  # batch, length, window, cap, scale
    (2, 6, None, None, DIMENSION ** -0.5),
    (1, 1, None, None, DIMENSION ** -0.5),
    (1, 9, 3, None, DIMENSION ** -0.5),
    (2, 6, None, 2.0, 0.5),
    (1, 7, 2, 1.5, 1.0),
    (1, 5, 1, None, 1.0),
    (1, 5, 8, None, 1.0),
]


def packed(tensor):
    return base64.b64encode(tensor.contiguous().float().numpy().astype("<f4").tobytes()).decode()


class Module(torch.nn.Module):
    num_key_value_groups = HEADS // KV_HEADS


def case(batch, length, window, cap, scale):
    q = torch.randn(batch, length, HEADS * DIMENSION, dtype=torch.float64)
    k, v = (torch.randn(batch, length, KV_HEADS * DIMENSION, dtype=torch.float64) for _ in range(2))
    q, k, v = (x.float().double() for x in (q, k, v))  # what fp32 holds, mixed in fp64
    heads = [x.view(batch, length, -1, DIMENSION).transpose(1, 2) for x in (q, k, v)]
    distance = torch.arange(length)[:, None] - torch.arange(length)[None, :]
    seen = (distance >= 0) & (distance < (window or length))
    mask = torch.zeros(length, length, dtype=torch.float64).masked_fill(~seen, float("-inf"))[None, None]
    mixed, probabilities = eager_attention_forward(Module().eval(), *heads, mask, dropout=0.0, scaling=scale, softcap=cap)
    return {"batch": batch, "length": length, "window": window, "cap": cap, "scale": scale, "q": packed(q), "k": packed(k),
            "v": packed(v), "mixed": packed(mixed.reshape(batch, length, -1)), "probabilities": packed(probabilities)}


def main():
    torch.manual_seed(29)
    torch.set_num_threads(1)
    cases = [case(*settings) for settings in CASES]
    out = pathlib.Path(sys.argv[1]) / "scores.json"
    out.write_text(json.dumps({"cases": cases}, indent=1) + "\n", encoding="utf-8")
    print(out.name, out.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
