#!/usr/bin/env python3
"""Prints what tools/first-slice measured as Markdown tables. Standard library only."""
import json
import os
import statistics
import sys

out = sys.argv[1]


def seconds(step):
    path = os.path.join(out, step + ".seconds")
    return float(open(path).read()) if os.path.exists(path) else None


def size(folder):
    if not os.path.isdir(folder):
        return None
    return sum(
        os.path.getsize(os.path.join(folder, f)) for f in os.listdir(folder) if f.endswith(".safetensors"))


def difference(base, other):
    """Other against base in percent, with the standard error over paired windows."""
    differences = [100 * (o - b) / statistics.mean(base) for b, o in zip(base, other)]
    error = statistics.stdev(differences) / len(differences) ** 0.5
    return "%+.1f ± %.1f %%" % (statistics.mean(differences), error)


def row(label, name, bits):
    path = os.path.join(out, name + ".json")
    if not os.path.exists(path):
        return
    report = json.load(open(path))
    reference = report["reference"]
    took, weight = seconds("quantize-" + name), size(os.path.join(out, name))
    awq, compared = os.path.join(out, "awq-%d.json" % bits), ""
    if name not in ("float", "awq-%d" % bits) and os.path.exists(awq):
        base = json.load(open(awq))["reference"]["window_divergence"]
        compared = difference(base, reference["window_divergence"])
    print("| %s | %s | %.2f | %.4f | %s | %.2f %% | %s | %s |" % (
        label, bits, report["perplexity"], reference["divergence_mean"], compared, 100 * reference["top_agreement"],
        "%.0f" % took if took else "", "{:,}".format(weight) if weight else ""))


print("\ncalibrate: %.0f s" % seconds("calibrate"))
print("\n| method | bits | perplexity | mean KL | against awq | same top token | seconds | bytes of weights |")
print("|---|---|---|---|---|---|---|---|")
row("float", "float", 16)
for bits in (3, 4):
    row("rtn, asymmetric, unpacked", "rtn-%d-dequantized" % bits, bits)
    for method in ("rtn", "rtn-weighted", "awq", "faq", "faq-adaptive"):
        row(method, "%s-%d" % (method, bits), bits)
    for method in ("awq", "faq"):
        for steps in ("weighted", "output"):
            row(method + " --steps " + steps, "%s-%s-%d" % (method, steps, bits), bits)

study = [
    (loss, shards, [os.path.join(out, "%s-3-%s-%s.json" % (m, loss, shards)) for m in ("awq", "faq-fallback", "faq-own")])
    for shards in ("encyclopedia", "all") for loss in ("sampled", "diagonal")]
if all(os.path.exists(p) for _, _, paths in study for p in paths):
    print("\n| calibrated on | loss | awq | faq, fallback window | faq, the model's window |")
    print("|---|---|---|---|---|")
    for loss, shards in (("sampled", "all"), ("diagonal", "encyclopedia")):
        ablation = os.path.join(out, "awq-o-3-%s-%s.json" % (loss, shards))
        if os.path.exists(ablation):
            kl = json.load(open(ablation))["reference"]["divergence_mean"]
            print("| %s, awq scaling attention_output | %s | %.4f | | |" % (shards, loss, kl))
    for loss, shards, paths in study:
        kl = [json.load(open(p))["reference"]["window_divergence"] for p in paths]
        cells = ["%.4f (%s)" % (statistics.mean(other), difference(kl[0], other)) for other in kl[1:]]
        print("| %s | %s | %.4f | %s |" % (shards, loss, statistics.mean(kl[0]), " | ".join(cells)))
