#!/usr/bin/env python3
"""Writes core/src/test/resources/quantize/compensation.json.

Compensated rounding in NumPy and float64, written from the papers and not from the Java code: GPTQ
by the Cholesky factor of the inverse (arXiv 2210.17323), coordinate descent over the codes, and
steps by least squares on the weights themselves. Rows in which a choice is nearly tied are left
out, so that the two implementations must agree on every code and step.

    python3 core/src/test/python/compensation_reference.py     # numpy 2.x, no other package
"""
import numpy as np

from quantize_reference import F32, Grid, packed, to_type, write

COLUMNS, TOKENS, ROWS, KEPT = 160, 96, 60, 6
TIE = 1e-4  # distance from a tie, in steps


def products(x, scale, shrinkage):
    """Shrunk and damped products of the channels of weights that are multiplied by the scale."""
    x = x.astype(np.float64) / scale.astype(np.float64)
    h = x.T @ x
    diagonal = np.diag(np.diag(h))
    h = (1 - shrinkage) * h + shrinkage * diagonal
    return h + 0.01 * np.mean(np.diag(h)) * np.eye(len(h))


class Row:
    """One row of a linear: weights, and step and zero point of each weight."""

    def __init__(self, w, grid, step, zero):
        self.w, self.grid = w.astype(np.float64), grid
        self.size = grid.group or len(w)
        self.step, self.zero = step.astype(np.float64), zero.astype(np.float64)
        self.q, self.unclear = np.zeros(len(w)), False

    def nearest(self, k, target):
        s, z = self.step[k // self.size], self.zero[k // self.size]
        x = target / s
        if -z - 1 < x < 2**self.grid.bits - z:  # beyond, the last code is taken anyhow
            self.unclear |= abs(abs(x - np.floor(x)) - 0.5) < TIE
        return (np.clip(np.rint(x) + z, 0, 2**self.grid.bits - 1) - z) * s

    def spread(self, values):
        return np.repeat(values, self.size)

    def codes(self):
        return np.rint(self.q / self.spread(self.step) + self.spread(self.zero)).astype(np.uint8)

    def gptq(self, order, upper):
        target = self.w[order].copy()
        for i, k in enumerate(order):
            self.q[k] = self.nearest(k, target[i])
            target[i + 1:] -= (target[i] - self.q[k]) / upper[i, i] * upper[i, i + 1:]

    def descend(self, h):
        for _ in range(8):
            changed = False
            for k in range(len(self.w)):
                gradient = (self.w - self.q) @ h[:, k]
                q = self.nearest(k, self.q[k] + gradient / h[k, k])
                changed |= abs(q - self.q[k]) > 1e-6 * abs(self.step[k // self.size])
                self.q[k] = q
            if not changed:
                return

    def refit(self, h):
        groups = len(self.step)
        basis = np.zeros((groups, len(self.w)))  # levels of one group each
        levels = self.q / self.spread(self.step)
        for a in range(groups):
            basis[a, a * self.size:(a + 1) * self.size] = levels[a * self.size:(a + 1) * self.size]
        left = basis @ h @ basis.T
        left += 1e-8 * np.mean(np.diag(left)) * np.eye(groups)
        solved = np.linalg.solve(left, basis @ h @ self.w)
        ratio = solved / self.step
        self.unclear |= bool((np.abs(ratio - 0.5) < 1e-3).any() or (np.abs(ratio - 1.5) < 1e-3).any())
        rounded = self.stored(solved)
        for nudge in (1 - 2e-5, 1 + 2e-5):  # no nearer to a tie of the type than that
            self.unclear |= bool((self.stored(solved * nudge) != rounded).any())
        self.step = np.where((ratio > 0.5) & (ratio < 1.5), rounded, self.step)

    def stored(self, step):
        exact = np.abs(step).astype(F32)
        return np.copysign(self.grid.stored_step(exact), step).astype(np.float64)

    def loss(self, h):
        error = self.w - self.q
        return float(error @ h @ error)


def factor(h):
    """GPTQ's order, and the upper Cholesky factor of the inverse in that order."""
    order = np.argsort(-np.diag(h), kind="stable")
    return order, np.linalg.cholesky(np.linalg.inv(h[np.ix_(order, order)])).T


def solved(row, h, order, upper):
    """Every stage of two refits; of one, the last is the descent after its GPTQ."""
    out = {}
    row.gptq(order, upper)
    out["feedback_codes"] = row.codes()
    row.descend(h)
    out["codes_0"], out["steps_0"] = row.codes(), row.step
    for time in (1, 2):
        row.refit(h)
        row.gptq(order, upper)
        row.descend(h)
        out[f"codes_{time}"], out[f"steps_{time}"] = row.codes(), row.step
    out["loss"] = row.loss(h)
    return out


def case(w, x, scale, grid, shrinkage, scaled):
    s = scale if scaled else np.ones(COLUMNS, F32)
    weights = w * s
    h = products(x, s, shrinkage)
    size = grid.group or COLUMNS
    step, zero = grid.steps(weights.reshape(ROWS, -1, size))
    kept, stages = [], []
    order, upper = factor(h)
    for i in range(ROWS):
        if len(kept) == KEPT:
            break
        row = Row(weights[i], grid, step[i, :, 0], zero[i, :, 0])
        out = solved(row, h, order, upper)
        if not row.unclear:
            kept.append(i)
            stages.append(out)
    assert len(kept) == KEPT, f"only {len(kept)} clear rows of {grid.json()}"
    assert any((a["steps_1"] != a["steps_0"]).any() for a in stages)
    assert any((a["codes_0"] != a["feedback_codes"]).any() for a in stages)
    content = {"grid": grid.json(), "shrinkage": shrinkage, "scaled": scaled, "rows": kept,
               "steps": packed(step[kept, :, 0].astype(F32)), "zeros": packed(zero[kept, :, 0].astype(np.uint8)),
               "loss": sum(a["loss"] for a in stages)}
    for name in stages[0]:
        if name != "loss":
            dtype = np.uint8 if "codes" in name else F32
            content[name] = packed(np.array([a[name] for a in stages]).astype(dtype))
    return content


def main():
    rng = np.random.default_rng(18)
    mixing = rng.normal(size=(COLUMNS, COLUMNS)) / np.sqrt(COLUMNS) + 0.7 * np.eye(COLUMNS)
    x = rng.normal(size=(TOKENS, COLUMNS)) @ mixing * np.exp(rng.normal(0, 1, COLUMNS)) / np.sqrt(TOKENS)
    x[:, 33] = 0  # a channel that is always 0
    x = to_type(x.astype(F32), "BF16")
    w = to_type((rng.standard_t(5, (ROWS, COLUMNS)) * 0.05).astype(F32), "BF16")
    w[0, :32] = 0  # a group of zeros
    scale = np.exp(rng.normal(0, 0.5, COLUMNS)).astype(F32)
    cases = [case(w, x, scale, *arguments) for arguments in (
        (Grid(3, 32, True, "F16"), 0.0, False),
        (Grid(3, 32, True, "F16"), 0.3, True),
        (Grid(2, 32, True, "F16", 0, "narrow"), 0.3, False),
        (Grid(3, 32, False, "F16"), 0.1, True),
        (Grid(4, 16, False, "F16", 1), 0.5, False),
        (Grid(4, 0, False, "BF16"), 0.3, False),
        (Grid(8, 160, True, "F16"), 0.3, True),
    )]
    write("compensation.json", {
        "weights": packed((w.view(np.uint32) >> 16).astype(np.uint16)),
        "tokens": packed((x.view(np.uint32) >> 16).astype(np.uint16)),
        "scale": packed(scale), "cases": cases,
    })


if __name__ == "__main__":
    main()
