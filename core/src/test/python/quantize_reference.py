#!/usr/bin/env python3
"""Writes the golden files of core/src/test/resources/quantize.

An implementation of importance, search, folding, clip and rounding in NumPy, written from the
design and not from the Java code: float32 where the design fixes a type (weights, steps, norms),
float64 wherever it leaves one free (all losses). Choices that are nearly tied are refused, so that
the two implementations must agree on every exponent, code, step and zero point.

    python3 core/src/test/python/quantize_reference.py     # numpy 2.x, no other package
"""
import base64
import json
import pathlib

import numpy as np

OUT = pathlib.Path(__file__).resolve().parents[1] / "resources" / "quantize"
ROLES = ["attention_input", "attention_output", "mlp_input", "mlp_output"]
RESIDUAL = ["attention_input", "mlp_input"]
TIE = 1e-5  # relative distance that two losses must keep
F32 = np.float32


def packed(array):
    array = np.ascontiguousarray(array)
    little = array.astype(array.dtype.newbyteorder("<"))
    data = base64.b64encode(little.tobytes()).decode()
    return {"dtype": array.dtype.name, "shape": list(array.shape), "data": data}


def write(name, content):
    OUT.mkdir(parents=True, exist_ok=True)
    text = json.dumps(content, indent=1, sort_keys=True)
    (OUT / name).write_text(text + "\n", encoding="utf-8")
    print(name, len(text), "bytes")


def to_type(x, dtype):
    """Rounds float32 to the nearest value of a 16-bit type, ties to even."""
    x = np.asarray(x, F32)
    if dtype == "F16":
        with np.errstate(over="ignore"):
            return x.astype(np.float16).astype(F32)
    if dtype == "BF16":
        bits = x.view(np.uint32).astype(np.uint64)
        bits = (bits + 0x7FFF + ((bits >> 16) & 1)) & 0xFFFF0000
        return bits.astype(np.uint32).view(F32)
    return x


# importance


def fuse(blocks, gamma, window, beta, nu, roles):
    count = len(blocks)
    fused = []
    for index, block in enumerate(blocks):
        out = {}
        for role, a in block.items():
            m = min(window, count - 1 - index)
            if gamma == 1 or m == 0 or role not in roles:
                out[role] = a
                continue
            weights = beta ** np.arange(m)
            weights = weights / weights.sum()
            form = {"none": lambda v: v, "mean": lambda v: v / v.mean(), "log": np.log}[nu]
            future = sum(w * form(blocks[index + k + 1][role]) for k, w in enumerate(weights))
            score = gamma * form(a) + (1 - gamma) * future
            out[role] = np.exp(score) if nu == "log" else score
        fused.append(out)
    return fused


def importance_file():
    rng = np.random.default_rng(11)
    width = dict(zip(ROLES, [6, 8, 6, 10]))
    blocks = [{r: np.exp(rng.normal(0, 1.5, width[r])) for r in ROLES} for _ in range(6)]
    cases = []
    for gamma, window, beta, nu, roles in [
        (0.85, 3, 1.0, "log", "all"),
        (0.3, 3, 1.0, "mean", "residual"),
        (0.7, 3, 1.0, "none", "all"),
        (0.5, 8, 0.5, "mean", "all"),
        (0.0, 2, 0.25, "log", "residual"),
        (0.6, 1, 0.5, "none", "mlp_output"),
        (1.0, 3, 1.0, "log", "all"),
    ]:
        chosen = {"all": ROLES, "residual": RESIDUAL}.get(roles, roles.split(","))
        fused = fuse(blocks, gamma, window, beta, nu, chosen)
        cases.append({
            "blend": gamma, "blocks": window, "ratio": beta, "normalization": nu, "roles": roles,
            "scores": [{r: v.tolist() for r, v in block.items()} for block in fused],
        })
    statistics = [{r: v.tolist() for r, v in block.items()} for block in blocks]
    write("importance.json", {"statistics": statistics, "cases": cases})


# rounding


class Grid:
    def __init__(self, bits, group, symmetric, dtype, least_zero=0, symmetric_step="whole"):
        self.bits, self.group, self.symmetric, self.dtype = bits, group, symmetric, dtype
        self.least_zero, self.symmetric_step = least_zero, symmetric_step

    def stored_step(self, exact):
        normal = F32(2.0**-14 if self.dtype == "F16" else 2.0**-126)
        return np.where(exact == 0, F32(1), np.maximum(to_type(exact, self.dtype), normal))

    def steps(self, w, ratio=F32(1)):
        """Step and zero point of groups [..., group] fitted to this share of their range."""
        below = -np.minimum(w.min(-1, keepdims=True), F32(0))
        above = np.maximum(w.max(-1, keepdims=True), F32(0))
        limit = np.maximum(below, above) * ratio
        top = F32(2**self.bits - 1)
        if self.symmetric:
            middle = F32(2 ** (self.bits - 1))
            narrow = self.symmetric_step == "narrow"
            step = self.stored_step(limit / (middle - 1 if narrow else middle))
            turned = np.where(above > below, -step, step)
            return (step if narrow else turned), np.full_like(step, middle)
        wider = np.maximum(F32(1), ratio)
        below, above = np.minimum(below * wider, limit), np.minimum(above * wider, limit)
        step = self.stored_step((below + above) / top)
        zero = np.clip(np.rint(below / step), 0, top).astype(F32)
        least = F32(self.least_zero)
        step = np.where(zero < least, self.stored_step(above / (top - least)), step)
        return step, np.maximum(zero, least)

    def codes(self, w, steps=None):
        step, zero = self.steps(w) if steps is None else steps
        return np.clip(np.rint(w / step) + zero, 0, 2**self.bits - 1).astype(F32), step, zero

    def nearest(self, w, steps=None):
        code, step, zero = self.codes(w, steps)
        return (code - zero) * step

    def grouped(self, w):
        return w.reshape(w.shape[0], -1, self.group)

    def quantized(self, w, steps=None):
        """Dequantized weights [N, K]."""
        return self.nearest(self.grouped(w), steps).reshape(w.shape)

    def stored(self, w, steps=None):
        code, step, zero = self.codes(self.grouped(w), steps)
        return {
            "codes": packed(code.astype(np.uint8).reshape(w.shape)),
            "steps": packed(step[..., 0].astype(F32)),
            "zeros": packed(zero[..., 0].astype(np.uint8)),
        }

    def json(self):
        return {
            "bits": self.bits, "group": self.group, "symmetric": self.symmetric, "dtype": self.dtype,
            "least_zero": self.least_zero, "symmetric_step": self.symmetric_step,
        }


def rounding_file():
    rng = np.random.default_rng(12)
    w = to_type(rng.normal(0, 0.05, (6, 96)).astype(F32), "BF16")
    w[0, :32] = 0  # a group of zeros
    w[1, :32] = np.abs(w[1, :32]) + F32(0.25)  # far from 0 on one side
    w[2, :32] *= F32(2.0**-12)  # fp16 steps would be subnormal
    w[3, 40] = F32(3)  # an outlier
    cases = []
    for bits in (2, 3, 4, 8):
        for symmetric in (False, True):
            for dtype in ("F16", "BF16"):
                grid = Grid(bits, 32, symmetric, dtype)
                cases.append({"grid": grid.json(), **grid.stored(w)})
    for grid in (Grid(3, 32, True, "F16", 0, "narrow"), Grid(4, 32, True, "BF16", 0, "narrow"),
                 Grid(2, 32, False, "F16", 1), Grid(4, 32, False, "F16", 1)):
        cases.append({"grid": grid.json(), **grid.stored(w)})
    write("rounding.json", {"weights": packed(w), "cases": cases})


# search


def scales(importance, weight_mean):
    """Candidates by rising alpha, s = 1 first."""
    out = [(0.0, np.ones(len(importance), F32))]
    seen = importance > 0
    for k in range(1, 20):
        alpha = k / 20
        s = importance**alpha
        if weight_mean is not None:
            s = s / (weight_mean ** (1 - alpha) + 1e-4)
        s = np.maximum(s, 1e-4)
        s[~np.isfinite(s)] = 1
        s = s / np.sqrt(s[seen].max() * s[seen].min())
        s[~seen] = 1
        out.append((alpha, s.astype(F32)))
    return out


def mean_weight(weights, group):
    w = np.concatenate(weights).astype(np.float64)
    g = np.abs(w).reshape(-1, group)
    return (g / (g.max(1, keepdims=True) + 1e-6)).reshape(w.shape).mean(0)


def calibrated(rows, row_weights, mean_square):
    share = row_weights.astype(np.float64) / row_weights.astype(np.float64).sum()
    x = rows.astype(np.float64)
    sampled = (share[:, None] * x * x).sum(0)
    ratio = np.clip(np.sqrt(mean_square / sampled), 0.125, 8)
    return x * ratio * np.sqrt(share)[:, None]


def clear(losses, best):
    """The winner's lead, refused where another implementation could see it differently."""
    others = np.delete(losses, best)
    gap = (others.min() - losses[best]) / losses[best]
    assert gap == 0 or gap > TIE, "nearly tied: change the seed"


class Heads:
    """Which row of the producer feeds a channel: query heads share a kv head."""

    def __init__(self, heads, kv_heads, dimension):
        kv = np.arange(kv_heads * dimension).reshape(kv_heads, dimension)
        self.source = np.repeat(kv, heads // kv_heads, axis=0).reshape(-1)
        self.rows = kv_heads * dimension

    def average(self, values):
        return np.array([values[self.source == i].mean() for i in range(self.rows)])

    def spread(self, values):
        return values[self.source]


def search(weights, statistic, grid, settings, heads):
    importance, mean_square, x = statistic
    weight_mean = mean_weight(weights, grid.group) if settings["weight_term"] else None
    if heads:
        importance = heads.average(importance)
        weight_mean = None if weight_mean is None else heads.average(weight_mean)
    candidates = scales(importance, weight_mean)

    def change(w, s):
        s = heads.spread(s) if heads else s
        return grid.quantized(w * s).astype(np.float64) / s.astype(np.float64) - w

    screen = np.array([
        sum((mean_square * change(w, s) ** 2).sum() for w in weights) for _, s in candidates
    ])
    finalists = np.arange(len(candidates))
    losses = screen
    if settings["loss"] == "sampled":
        order = np.argsort(screen, kind="stable")
        gap = screen[order[6]] / screen[order[5]] - 1
        assert gap > TIE, "sixth and seventh are nearly tied: change the seed"
        finalists = np.array(sorted(set(order[:6]) | {0}))
        losses = np.array([
            sum(((change(w, candidates[c][1]) @ x.T) ** 2).sum() for w in weights) for c in finalists
        ])
    best = int(np.argmin(losses))
    clear(losses, best)
    alpha, s = candidates[finalists[best]]
    return alpha, s, float(losses[0]), float(losses[best])


def clear_groups(errors):
    """The first of the least of each group, refused where nearly tied with another."""
    best = errors.argmin(0)
    two = np.sort(errors, 0)[:2]
    gap = (two[1] - two[0]) / np.maximum(two[0], 1e-300)
    assert ((gap == 0) | (gap > TIE)).all(), "a step is nearly tied: change the seed"
    return best


def picked(steps, best):
    return tuple(np.take_along_axis(np.array(part), best[None, ..., None], 0)[0] for part in zip(*steps))


def clip(w, s, grid, settings, statistic):
    """Steps and zero points for scaled weights [N, K] whose columns were multiplied by s."""
    _, mean_square, x = statistic
    g = grid.grouped(w)
    inverse = 1 / s.astype(np.float64).reshape(-1, grid.group)
    errors, steps = [], []
    for k in range(10):
        steps.append(grid.steps(g, F32(1 - k / 20)))
        change = (grid.nearest(g, steps[k]).astype(np.float64) - g) * inverse
        if settings["loss"] == "sampled":
            parts = x.reshape(len(x), -1, grid.group)
            errors.append((np.einsum("tgj,igj->igt", parts, change) ** 2).sum(-1))
        else:
            errors.append((mean_square.reshape(-1, grid.group) * change**2).sum(-1))
    best = clear_groups(np.array(errors))
    return picked(steps, best), float((best > 0).mean())


def weighted(g, m, grid):
    """Steps of groups [n, group] by least weighted squares, among 20 ranges and the step that suits
    the codes of each; and how clear each choice is."""
    errors, steps = [], []

    def judge(pair):
        steps.append(pair)
        errors.append((m * (grid.nearest(g, pair).astype(np.float64) - g) ** 2).sum(-1))

    judge(grid.steps(g))
    for k in range(20):
        step, zero = grid.steps(g, F32(1.1) - F32(0.03) * F32(k))
        judge((step, zero))
        level = (grid.codes(g, (step, zero))[0] - zero).astype(np.float64)
        over, under = (m * g * level).sum(-1, keepdims=True), (m * level**2).sum(-1, keepdims=True)
        solved = grid.stored_step(np.abs(over / under).astype(F32))
        judge((np.copysign(solved, step), zero))
    errors = np.array(errors)
    step, zero = picked(steps, errors.argmin(0))
    # the same step and zero point found twice is no tie
    other = np.array([(p[0] != step) | (p[1] != zero) for p in steps])[..., 0]
    lead = np.where(other, errors, np.inf).min(0) / errors.min(0) - 1
    return (step, zero), lead


def steps_file():
    """Steps near their optimum are nearly equal by nature, so groups with a clear choice are kept."""
    rng = np.random.default_rng(14)
    w = to_type((rng.standard_t(5, (400, 32)) * 0.05).astype(F32), "BF16")
    m = np.exp(rng.normal(0, 1.5, 32))
    grids = [Grid(b, 32, s, d) for b, s, d in ((2, True, "F16"), (3, True, "F16"), (3, False, "F16"), (4, False, "BF16"))]
    clear_rows = np.all([weighted(w, m, grid)[1] > TIE for grid in grids], axis=0)
    w = w[clear_rows][:40]
    assert len(w) == 40
    cases = [{"grid": grid.json(), **grid.stored(w, [s[:, None] for s in weighted(w, m, grid)[0]])} for grid in grids]
    write("steps.json", {"weights": packed(w), "mean_square": packed(m), "cases": cases})


def output(w, s, x, grid):
    """Steps of rows [n, group] whose columns were multiplied by s, by least squares under the tokens
    x [t, group]; and how clear each choice is."""
    true, back = (w / s).astype(np.float64), 1 / s.astype(np.float64)
    seen = true @ x.T.astype(np.float64)
    error = lambda pair: (((grid.nearest(w, pair) * back) @ x.T - seen) ** 2).sum(-1)
    shares, plain, factors, solved = [], [], [], []
    for k in range(10):
        shares.append(grid.steps(w, F32(1 - k / 20)))
        rounded = (grid.nearest(w, shares[k]) * back) @ x.T
        plain.append(error(shares[k]))
        factors.append((rounded * seen).sum(-1) / (rounded**2).sum(-1))
        solved.append(((factors[k][:, None] * rounded - seen) ** 2).sum(-1))
    lead = lambda errors: np.divide(*np.sort(errors, 0)[[1, 0]]) - 1
    best = np.argmin(solved, 0)
    step, zero = picked(shares, best)
    exact = step * np.take_along_axis(np.array(factors), best[None], 0)[0][:, None]
    found = np.copysign(grid.stored_step(np.abs(exact).astype(F32)), step), zero
    clipped = picked(shares, np.argmin(plain, 0))
    again, before = error(found), np.min(plain, 0)
    better = (again < before)[:, None]
    clear = np.minimum(np.minimum(lead(solved), lead(plain)), np.abs(again / before - 1))
    near = [grid.stored_step(np.abs(exact * (1 + e)).astype(F32)) for e in (-TIE, TIE)]
    clear = np.where((near[0] == near[1])[:, 0], clear, 0)  # a step between two values of its type
    return tuple(np.where(better, a, b) for a, b in zip(found, clipped)), clear


def output_file():
    rng = np.random.default_rng(15)
    w = to_type((rng.standard_t(5, (400, 32)) * 0.05).astype(F32), "BF16")
    size = np.exp(rng.normal(0, 1, 32))
    x = ((rng.normal(0, 1, (48, 32)) + rng.normal(0, 1, (48, 1))) * size).astype(F32)
    s = to_type(np.exp(rng.normal(0, 0.5, 32)).astype(F32), "BF16")
    cases = [(Grid(b, 32, y, d), t) for b, y, d, t in
             ((2, True, "F16", 48), (3, True, "F16", 48), (3, False, "F16", 48), (4, False, "BF16", 48), (3, True, "F16", 20))]
    clear = np.all([output(w * s, s, x[:t], grid)[1] > TIE for grid, t in cases], axis=0)
    w = w[clear][:40]
    assert len(w) == 40
    write("output_steps.json", {
        "weights": packed(w), "scale": packed(s), "rows": packed(x),
        "cases": [{"grid": grid.json(), "tokens": t, **grid.stored(w * s, [p[:, None] for p in output(w * s, s, x[:t], grid)[0]])}
                  for grid, t in cases],
    })


def fold_norm(norm, s, dtype):
    with np.errstate(divide="ignore", invalid="ignore"):
        stored = to_type(norm / s, dtype)
        effective = norm / stored
    usable = np.isfinite(effective) & (effective > 0)
    return np.where(usable, stored, norm), np.where(usable, effective, F32(1)).astype(F32)


HIDDEN, MLP, HEADS, KV_HEADS, DIMENSION = 64, 96, 4, 2, 16
GROUPS = {
    "attention_input": ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"],
    "attention_output": ["self_attn.o_proj"],
    "mlp_input": ["mlp.gate_proj", "mlp.up_proj"],
    "mlp_output": ["mlp.down_proj"],
}


def block_inputs(rng):
    kv = KV_HEADS * DIMENSION
    shapes = {
        "self_attn.q_proj": (HIDDEN, HIDDEN), "self_attn.k_proj": (kv, HIDDEN),
        "self_attn.v_proj": (kv, HIDDEN), "self_attn.o_proj": (HIDDEN, HIDDEN),
        "mlp.gate_proj": (MLP, HIDDEN), "mlp.up_proj": (MLP, HIDDEN), "mlp.down_proj": (HIDDEN, MLP),
    }
    linears = {n: to_type(rng.standard_t(5, s).astype(F32) * F32(0.05), "BF16") for n, s in shapes.items()}
    vectors = {
        "input_layernorm.weight": to_type(np.exp(rng.normal(0, 0.3, HIDDEN)).astype(F32), "BF16"),
        "post_attention_layernorm.weight": to_type(np.exp(rng.normal(0, 0.3, HIDDEN)).astype(F32), "BF16"),
        "self_attn.v_proj.bias": to_type(rng.normal(0, 0.5, kv).astype(F32), "BF16"),
    }
    vectors["input_layernorm.weight"][5] = 0  # a channel that is always zero
    statistics = {}
    for role in ROLES:
        width = MLP if role == "mlp_output" else HIDDEN
        size = np.exp(rng.normal(0, 1.2, width))
        tokens = rng.normal(0, 1, (400, width)) * size
        tokens += rng.normal(0, 1, (400, 1)) * size * 0.5  # channels are correlated
        if role == "attention_input":
            tokens[:, 5] = 0
        rows = tokens[:48].astype(np.float16).astype(F32)
        row_weights = rng.integers(1, 5, 48).astype(F32)
        statistics[role] = (np.abs(tokens).mean(0), (tokens**2).mean(0), rows, row_weights)
    return linears, vectors, statistics


def block_case(name, inputs, grid, settings):
    linears, vectors, raw = inputs
    statistics = {}
    for role, (importance, mean_square, rows, row_weights) in raw.items():
        with np.errstate(divide="ignore", invalid="ignore"):
            x = np.nan_to_num(calibrated(rows, row_weights, mean_square))
        statistics[role] = (importance, mean_square, x)
    heads = Heads(HEADS, KV_HEADS, DIMENSION)
    chosen = {}
    for role in ROLES:
        if role == "attention_output" and not settings["attention_output"]:
            continue
        weights = [linears[n] for n in GROUPS[role]]
        shared = heads if role == "attention_output" else None
        chosen[role] = search(weights, statistics[role], grid, settings, shared)

    columns = {role: np.ones(MLP if role == "mlp_output" else HIDDEN, F32) for role in ROLES}
    folded = {n: v.copy() for n, v in vectors.items()}
    rows = {n: np.ones(len(w), F32) for n, w in linears.items()}
    for role, norm in (("attention_input", "input_layernorm"), ("mlp_input", "post_attention_layernorm")):
        tensor = norm + ".weight"
        folded[tensor], columns[role] = fold_norm(vectors[tensor], chosen[role][1], "BF16")
    if "attention_output" in chosen:
        s = chosen["attention_output"][1]
        columns["attention_output"] = heads.spread(s)
        rows["self_attn.v_proj"] = s
        folded["self_attn.v_proj.bias"] = to_type(vectors["self_attn.v_proj.bias"] / s, "BF16")
    columns["mlp_output"] = rows["mlp.up_proj"] = chosen["mlp_output"][1]

    out = {}
    for role, names in GROUPS.items():
        for n in names:
            w = linears[n] * columns[role] / rows[n][:, None]
            steps, share = grid.steps(grid.grouped(w)), 0.0
            if settings["steps"] == "clip" and n not in ("self_attn.q_proj", "self_attn.k_proj"):
                steps, share = clip(w, columns[role], grid, settings, statistics[role])
            final = grid.quantized(w, steps).astype(np.float64) * rows[n][:, None]
            change = final / columns[role].astype(np.float64) - linears[n]
            _, mean_square, x = statistics[role]
            diagonal = (mean_square * change**2).sum()
            loss = ((change @ x.T) ** 2).sum() if settings["loss"] == "sampled" else diagonal
            out[n] = {**grid.stored(w, steps), "clip_share": share, "final_loss": float(loss)}
    return {
        "name": name, "grid": grid.json(), "settings": settings, "linears": out,
        "roles": {r: {"alpha": c[0], "round_loss": c[2], "scale_loss": c[3]} for r, c in chosen.items()},
        "vectors": {n: packed(v) for n, v in folded.items()},
    }


def block_file():
    inputs = block_inputs(np.random.default_rng(13))
    linears, vectors, statistics = inputs

    def setting(loss, weight_term, steps, attention_output):
        return {"loss": loss, "weight_term": weight_term, "steps": steps, "attention_output": attention_output}

    cases = [
        block_case("awq, diagonal", inputs, Grid(3, 32, False, "F16"), setting("diagonal", False, "clip", False)),
        block_case("faq, sampled", inputs, Grid(3, 32, False, "F16"), setting("sampled", False, "clip", True)),
        block_case("weight term, sampled, no clip", inputs, Grid(4, 16, False, "BF16"), setting("sampled", True, "range", True)),
        block_case("weight term, diagonal, symmetric", inputs, Grid(4, 32, True, "BF16"), setting("diagonal", True, "clip", True)),
    ]
    half = lambda v: packed((np.asarray(v, F32).view(np.uint32) >> 16).astype(np.uint16))
    write("block.json", {
        "linears_bf16": {n: half(w) for n, w in linears.items()},
        "vectors_bf16": {n: half(v) for n, v in vectors.items()},
        "statistics": {
            r: {
                "importance": packed(a), "mean_square": packed(m),
                "rows": packed(x.astype(np.float16)), "row_weights": packed(w),
            }
            for r, (a, m, x, w) in statistics.items()
        },
        "cases": cases,
    })
    for case in cases:
        print(case["name"], {r: c["alpha"] for r, c in case["roles"].items()},
              {n: round(c["clip_share"], 2) for n, c in case["linears"].items()})


if __name__ == "__main__":
    importance_file()
    rounding_file()
    steps_file()
    output_file()
    block_file()
