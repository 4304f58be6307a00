#!/usr/bin/env python3
"""Golden numbers of faq-adaptive: the shards' spread and the blended scores, by NumPy from the formulas.

Written from the Javadoc of ShardSpread and AdaptiveBlend, not from their code.

    python3 core/src/test/python/adaptive_reference.py     # numpy 2.x, no other package
"""
import json
import pathlib

import numpy as np

OUT = pathlib.Path(__file__).resolve().parents[1] / "resources" / "importance" / "adaptive.json"
SHARDS, BLOCKS, CHANNELS = 5, 4, 7
WINDOW, RATIO = 2, 0.5


def spread(sum_abs, tokens, weights):
    """v [channels] of sum_abs [shards, channels]."""
    logs = np.log(sum_abs / tokens[:, None])
    logs -= logs.mean(1, keepdims=True)
    share = (weights * tokens / (weights * tokens).sum())[:, None]
    center = (share * logs).sum(0)
    count = len(tokens)
    return count / (count - 1) * (share**2 * (logs - center) ** 2).sum(0)


def blend(own, future, variance):
    y = np.log(own) - np.log(own).mean()
    f = future - future.mean()
    between = max(0.0, ((y - f) ** 2 - variance).mean())
    gamma = between / (between + variance)
    level = (np.log(own) - future).mean()
    return np.exp(gamma * np.log(own) + (1 - gamma) * (future + level))


def main():
    rng = np.random.default_rng(20261122)
    tokens = np.array([640, 1280, 320, 960, 640])
    weights = np.array([1.0, 0.5, 2.0, 1.0, 1.0])
    truth = np.cumsum(rng.normal(0, 0.4, (BLOCKS, CHANNELS)), 0)
    means = np.exp(truth + rng.normal(0, 0.6, (SHARDS, BLOCKS, CHANNELS)))
    sums = means * tokens[:, None, None]
    pooled = (weights[:, None, None] * sums).sum(0) / (weights * tokens).sum()
    variances = [spread(sums[:, block], tokens, weights) for block in range(BLOCKS)]
    scores = []
    for block in range(BLOCKS):
        ahead = min(WINDOW, BLOCKS - 1 - block)
        if ahead == 0:
            scores.append(pooled[block])
            continue
        beta = RATIO ** np.arange(ahead)
        beta /= beta.sum()
        future = sum(b * np.log(pooled[block + 1 + k]) for k, b in enumerate(beta))
        scores.append(blend(pooled[block], future, variances[block]))
    golden = {
        "tokens": tokens.tolist(), "weights": weights.tolist(), "window": WINDOW, "ratio": RATIO,
        "sums": sums.tolist(), "pooled": pooled.tolist(),
        "spread": [v.tolist() for v in variances], "scores": [s.tolist() for s in scores],
    }
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps(golden, indent=1) + "\n")


if __name__ == "__main__":
    main()
