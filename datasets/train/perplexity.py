#!/usr/bin/env python3
"""Perplexity of a model folder on the held-out text, by transformers, per domain and over all.

  perplexity.py --model DIR [--text DIR] [--window 512] [--rtn BITS,GROUP] [--json]

The rule, exactly: DIR holds <domain>.jsonl. Each document is tokenised without special tokens; a domain's documents, in
the order of the file, are joined with one EOS between them; the tokens are cut into windows of --window that do not
overlap; the tail is dropped; each window is run alone in fp32; its positions 1 to window - 1 are scored. Perplexity =
exp(sum of the losses / tokens scored). "all" pools the losses of all domains.

--rtn rounds each linear of the blocks to the nearest code first, asymmetric, per (row, group of input channels), by
AutoAWQ's rule (pseudo_quantize_tensor), steps in fp32.
"""
import argparse
import json
import math
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer
from transformers.utils import logging

HELDOUT = Path(__file__).resolve().parent.parent / "heldout"


def windows(tokenizer, file, length):
    """[count, length] token ids of one domain."""
    ids = []
    with open(file, encoding="utf-8") as lines:
        for number, line in enumerate(lines):
            if number:
                ids.append(tokenizer.eos_token_id)
            ids += tokenizer(json.loads(line)["text"], add_special_tokens=False, verbose=False)["input_ids"]
    count = len(ids) // length
    if not count:
        raise SystemExit(f"{file} has {len(ids)} tokens, fewer than one window: choose a --window below that.")
    return torch.tensor(ids[: count * length]).reshape(count, length)


@torch.inference_mode()
def losses(model, ids, batch_tokens=4096):
    """The summed loss of each window."""
    sums = []
    for part in ids.split(max(1, batch_tokens // ids.shape[1])):
        logits = model(input_ids=part, use_cache=False).logits[:, :-1]
        loss = torch.nn.functional.cross_entropy(logits.transpose(1, 2), part[:, 1:], reduction="none")
        sums += loss.double().sum(1).tolist()
    return sums


def rtn(weight, bits, group):
    """The weight [out, in] after rounding to `bits`; groups of `group` input channels."""
    grouped = weight.reshape(-1, group)
    top, low = grouped.amax(1, keepdim=True), grouped.amin(1, keepdim=True)
    codes = 2**bits - 1
    step = (top - low).clamp(min=1e-5) / codes
    zero = (-(low / step).round()).clamp(0, codes)
    return (((grouped / step).round() + zero).clamp(0, codes) - zero).mul(step).reshape(weight.shape)


def round_blocks(model, bits, group):
    for name, module in model.model.layers.named_modules():
        if isinstance(module, torch.nn.Linear):
            if module.in_features % group:
                raise SystemExit(f"{name} has {module.in_features} input channels, not a multiple of {group}: choose another group.")
            module.weight.data = rtn(module.weight.data, bits, group)


def main():
    logging.disable_progress_bar()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--text", type=Path, default=HELDOUT)
    parser.add_argument("--window", type=int, default=512)
    parser.add_argument("--rtn", help="bits,group")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--threads", type=int, default=2)
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    files = sorted(given.text.glob("*.jsonl"))
    if not files:
        raise SystemExit(f"--text {given.text} holds no *.jsonl: name a folder with a file per domain.")
    tokenizer = AutoTokenizer.from_pretrained(given.model)
    model = AutoModelForCausalLM.from_pretrained(given.model, dtype=torch.float32).eval()
    if given.rtn:
        round_blocks(model, *map(int, given.rtn.split(",")))
    report, total, scored = {}, 0.0, 0
    for file in files:
        ids = windows(tokenizer, file, given.window)
        loss, count = math.fsum(losses(model, ids)), ids.numel() - len(ids)
        report[file.stem] = {"perplexity": math.exp(loss / count), "windows": len(ids), "tokens": ids.numel(), "scored": count}
        total, scored = total + loss, scored + count
    sums = {key: sum(row[key] for row in report.values()) for key in ("windows", "tokens", "scored")}
    report["all"] = {"perplexity": math.exp(total / scored), **sums}
    if given.json:
        print(json.dumps({"model": given.model.resolve().name, "window": given.window, "rtn": given.rtn, "domains": report}, indent=2))
        return
    print(f"| domain | perplexity | windows of {given.window} | tokens scored |\n|---|---|---|---|")
    for domain, row in report.items():
        print(f"| {domain} | {row['perplexity']:.4f} | {row['windows']} | {row['scored']} |")


if __name__ == "__main__":
    main()
