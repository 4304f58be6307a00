#!/usr/bin/env python3
"""Writes core/src/test/resources/drift/golden.json: distances of random channel statistics, by numpy (made with 2.4).

The values are log-normal, as mean |x| of real roles are, with a channel that is never active and one outlier.
"""
import json
import pathlib

import numpy as np

OUT = pathlib.Path(__file__).resolve().parent.parent / "resources" / "drift" / "golden.json"
rng = np.random.default_rng(20261122)
cases = []
for channels, noise in ((7, 0.5), (128, 0.1), (250, 0.7)):
    a = np.exp(rng.normal(size=channels))
    b = a * np.exp(noise * rng.normal(size=channels)) * 1.3
    a[2] = 0.0
    a[4] *= 60
    a, b = (np.array([float(f"{v:.6g}") for v in x]) for x in (a, b))
    ia, ib = np.sqrt(a), np.sqrt(b)
    top = int(np.ceil(channels / 100))
    rank = lambda x: np.argsort(np.argsort(-x, kind="stable"), kind="stable")
    ra, rb = rank(a), rank(b)
    tops = np.union1d(np.flatnonzero(ra < top), np.flatnonzero(rb < top))
    both = (ia > 0) & (ib > 0)
    logs = np.log(ia[both]) - np.log(ib[both])
    cases.append(dict(
        a=a.tolist(), b=b.tolist(), importance_a=ia.tolist(), importance_b=ib.tolist(),
        difference=float(np.abs(a - b).sum() / ((a + b) / 2).sum()),
        top_overlap=len(np.intersect1d(np.flatnonzero(ra < top), np.flatnonzero(rb < top))) / top,
        top_rank_change=float(np.abs(ra - rb)[tops].mean() / channels),
        importance=float(np.abs(logs - logs.mean()).mean()),
        outliers=[int(j) for j in np.argsort(-a, kind="stable") if a[j] >= 10 * np.median(a)],
        median=float(np.median(a)),
    ))
OUT.parent.mkdir(parents=True, exist_ok=True)
OUT.write_text(json.dumps(cases) + "\n")
