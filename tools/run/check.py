"""The likeliest next tokens by transformers against a report of `foresight run`.

  python check.py MODEL TEXT REPORT      (torch, transformers)
"""
import json, sys
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

folder, text, report = sys.argv[1:]
ours = json.load(open(report, encoding="utf-8"))
tokenizer = AutoTokenizer.from_pretrained(folder)
content = open(text, encoding="utf-8", newline="").read()
ids = tokenizer(content, verbose=False)["input_ids"]
if ids != ours["tokens"]:
    sys.exit(f"tokens differ: transformers {ids[:8]}…, foresight {ours['tokens'][:8]}…")
model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
with torch.no_grad():
    logits = model(input_ids=torch.tensor([ids]), use_cache=False).logits[0, -1]
top = torch.softmax(logits.double(), -1).topk(len(ours["next"]))
theirs = list(zip(top.indices.tolist(), top.values.tolist()))
worst = 0.0
for (token, probability), found in zip(theirs, ours["next"]):
    print(f"{token:7d} {probability:.6f}   {found['id']:7d} {found['probability']:.6f}   {found['text']!r}")
    worst = max(worst, abs(found["probability"] / probability - 1))
    if token != found["id"]:
        sys.exit("the order differs")
print(f"the same {len(theirs)} tokens in the same order; probabilities within {worst:.1e} of each other")
if worst > 1e-3:
    sys.exit("too far")
