#!/usr/bin/env python3
"""Weights of tokens from random scalars of 5 blocks, for TokenWeightsTest: an independent NumPy form of the formulas in TokenWeights.

  python token_weights_golden.py OUT.json      (NumPy)

With norms and without: r residual mean square behind a block, a attention received, oa and om mean squares of what attention and the
MLP give (0 without norms). n tokens that each sampled one stands for.
"""
import json, sys
import numpy as np

BLOCKS, TOKENS = 5, 9
FORMS = [("future", 0.5, 0, True), ("future", 0.25, 0, False), ("future", 1.0, 2, True), ("current", 0.5, 0, True),
         ("first-position", 0.5, 0, True)]


def weights(l, r, a, oa, om, positions, n, form, e, window, attention):
    last = len(r) - 1
    if form == "current":
        at, inverse = a[l], 1 / r[l]
    else:
        end = l + window if window else last
        at = a[l] if l == last else a[l + 1:end + 1].mean(0)
        inverse = (1 / r[l:(end if window else end + 1)]).mean(0)
    residual = (at * inverse if attention else inverse) ** e
    found = {"query": (positions > 0).astype(float), "key_value": a[l] ** e,
             "residual_attention": residual * (oa[l] ** -e if oa.any() else 1), "residual_mlp": residual * (om[l] ** -e if om.any() else 1)}
    for kind, w in found.items():
        w = w / np.average(w[positions > 0], weights=n[positions > 0])
        if form == "first-position":
            w = np.where(positions == 0, w, 1)
        found[kind] = w.astype(np.float32).tolist()
    return found


def main():
    random = np.random.default_rng(18)
    cases = []
    for norms in (False, True):
        number = lambda: np.exp(2 * random.standard_normal((BLOCKS, TOKENS))).astype(np.float32)
        r, a = number() * 50, number()
        oa, om = (number(), number()) if norms else (np.zeros_like(r), np.zeros_like(r))
        positions = np.array([0, 3, 17, 0, 2, 0, 5, 6, 41])
        n = np.array([1, 37, 37, 2, 20, 2, 20, 20, 20], np.float32)
        r[:, positions == 0] *= 1000
        wide = [x.astype(float) for x in (r, a, oa, om)]
        cases.append({"positions": positions.tolist(), "stands_for": n.tolist(), "r": r.tolist(), "a": a.tolist(), "oa": oa.tolist(),
                      "om": om.tolist(), "forms": [
                          {"form": f, "exponent": e, "blocks": b, "attention": at,
                           "weights": [weights(l, *wide, positions, n.astype(float), f, e, b, at) for l in range(BLOCKS)]}
                          for f, e, b, at in FORMS]})
    with open(sys.argv[1], "w") as file:
        json.dump(cases, file, separators=(",", ":"))
        file.write("\n")


main()
