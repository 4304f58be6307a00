#!/usr/bin/env python3
"""Writes core/src/test/resources/quantize/shrinkage.json: λ of random rows of several parts, by numpy (made with 2.4).

Straight from the definition, with every part's products as a channels x channels matrix: Σ Var(r_ij) / Σ r_ij², i ≠ j, of the
correlations r (Schäfer and Strimmer 2005), where the variance is that of a mean over parts that weigh as many tokens.
"""
import json
import pathlib

import numpy as np

OUT = pathlib.Path(__file__).resolve().parent.parent / "resources" / "quantize" / "shrinkage.json"
rng = np.random.default_rng(20261129)
cases = []
for channels, sizes, common, own in ((5, (30, 40, 20), 2.0, 0.0), (16, (9, 9, 9, 9), 1.0, 0.8), (6, (60, 60), 3.0, 0.0), (8, (4, 1, 7), 0.3, 2.0)):
    mix = rng.normal(size=(channels, channels)) * common / np.sqrt(channels)
    rows, parts = [], []
    for part, size in enumerate(sizes):
        different = mix + own * rng.normal(size=(channels, channels)) / np.sqrt(channels)
        rows.append(rng.normal(size=(size, channels)) @ (np.eye(channels) + different))
        parts += [part] * size
    order = rng.permutation(len(parts))
    rows = np.round(np.concatenate(rows)[order] * 256) / 256
    parts = np.array(parts)[order]
    weights = rng.integers(1, 5, len(parts)).astype(np.float64)
    total = weights.sum()
    x = (rows * np.sqrt(weights / total)[:, None]).astype(np.float32).astype(np.float64)
    scale = 1 / np.sqrt((x * x).sum(0))
    correlation = (x * scale).T @ (x * scale)
    off = ~np.eye(channels, dtype=bool)
    share = np.array([weights[parts == u].sum() for u in range(len(sizes))]) / total
    variance = np.zeros((channels, channels))
    for u in range(len(sizes)):
        part = (x * scale)[parts == u]
        variance += (part.T @ part - share[u] * correlation) ** 2
    variance /= 1 - (share ** 2).sum()
    cases.append(dict(
        rows=rows.tolist(), weights=weights.tolist(), parts=parts.tolist(),
        shrinkage=float(np.clip(variance[off].sum() / (correlation[off] ** 2).sum(), 0, 1))))
OUT.write_text(json.dumps(cases) + "\n")
print([case["shrinkage"] for case in cases])
