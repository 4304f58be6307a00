#!/usr/bin/env python3
"""Writes core/src/test/resources/quantize/correction.json.

Targets corrected for inputs that are not the float model's, in NumPy and float64, from the formulas
of CoreQ (arXiv 2602.05902) as the paper has them, token by token, and not from the Java code.

    python3 core/src/test/python/correction_reference.py     # numpy 2.x, no other package
"""
import numpy as np

from compensation_reference import products
from quantize_reference import F32, packed, to_type, write

COLUMNS, TOKENS, ROWS = 48, 160, 10


def target(w, x, sent, scale, shrinkage):
    """W + α W D H⁻¹ for weights that are multiplied by the scale already, and α."""
    h = products(sent, scale, shrinkage)
    x, sent, w = (a.astype(np.float64) for a in (x / scale, sent / scale, w))
    missing = x - sent
    d = np.zeros((COLUMNS, COLUMNS))
    e = np.zeros((COLUMNS, COLUMNS))
    for t in range(TOKENS):
        d += np.outer(missing[t], sent[t])
        e += np.outer(missing[t], missing[t])
    correction = w @ d @ np.linalg.inv(h)
    share = float(np.sum(correction * (w @ d)) / np.sum((w @ e) * w))
    share = min(1.0, max(0.0, share))
    return w + share * correction, share


def main():
    rng = np.random.default_rng(22)
    mixing = rng.normal(size=(COLUMNS, COLUMNS)) / np.sqrt(COLUMNS) + 0.7 * np.eye(COLUMNS)
    x = rng.normal(size=(TOKENS, COLUMNS)) @ mixing * np.exp(rng.normal(0, 1, COLUMNS)) / np.sqrt(TOKENS)
    x[:, 17] = 0  # a channel that is always 0
    drift = 0.2 * rng.normal(size=(COLUMNS, COLUMNS)) / np.sqrt(COLUMNS)
    sent = x + x @ drift + 0.5 * rng.normal(size=x.shape) * x.std(axis=0)
    x, sent = to_type(x.astype(F32), "BF16"), to_type(sent.astype(F32), "BF16")
    w = to_type((rng.standard_t(5, (ROWS, COLUMNS)) * 0.05).astype(F32), "BF16")
    scale = np.exp(rng.normal(0, 0.5, COLUMNS)).astype(F32)
    cases = []
    for shrinkage, scaled in ((0.0, False), (0.3, False), (0.3, True), (1.0, True)):
        s = scale if scaled else np.ones(COLUMNS, F32)
        wanted, share = target(w * s, x, sent, s, shrinkage)
        print(shrinkage, scaled, share)
        cases.append({"shrinkage": shrinkage, "scaled": scaled, "share": share,
                      "target": packed(wanted.astype(F32))})
    halves = {name: packed((a.view(np.uint32) >> 16).astype(np.uint16))
              for name, a in (("floats", x), ("sent", sent), ("weights", w))}
    write("correction.json", {**halves, "scale": packed(scale), "cases": cases})


if __name__ == "__main__":
    main()
