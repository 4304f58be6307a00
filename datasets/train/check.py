#!/usr/bin/env python3
"""Checks that transformers reads a model folder as what it is; prints what it found, fails on the first untruth.

  check.py DIR...
"""
import json
import sys
from pathlib import Path

import torch
from safetensors import safe_open
from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer
from transformers.utils import logging

TEXTS = ["Grüße, 世界! Привет — مرحبا 👩‍🚀 é\n\ttab  two spaces", "def f(x):\n    return x ** 2\r\n", "\u0000\ufeff\u200d"]
PROMPTS = ["Call me Ishmael. Some years ago", "Permission is hereby granted, free of charge, to any person"]


def expect(truth, message):
    if not truth:
        raise SystemExit(message)


def check_tokenizer(folder, tokenizer):
    for text in TEXTS:
        ids = tokenizer(text)["input_ids"]
        expect(tokenizer.decode(ids) == text, f"{folder}: {text!r} comes back as {tokenizer.decode(ids)!r}")
    expect(len(tokenizer) == 4096, f"{folder}: {len(tokenizer)} entries, not 4096")
    expect(tokenizer("a")["input_ids"][0] != tokenizer.bos_token_id, f"{folder}: the tokenizer adds a BOS")
    special = (tokenizer.bos_token_id, tokenizer.eos_token_id, tokenizer.pad_token_id)
    expect(special == (0, 0, 1), f"{folder}: bos, eos, pad are {special}")
    chat = tokenizer.apply_chat_template([{"role": "user", "content": "Hi"}], tokenize=False, add_generation_prompt=True)
    expect(chat == "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n", f"{folder}: the chat template gives {chat!r}")
    expect(tokenizer(chat)["input_ids"].count(2) == 2, f"{folder}: <|im_start|> is not one token")
    return chat


def check_config(folder):
    theta = AutoConfig.from_pretrained(folder).rope_parameters["rope_theta"]
    expect(theta == 10000.0, f"{folder}: transformers reads rope_theta {theta}")
    written = json.loads((folder / "config.json").read_text())
    return "rope_parameters" if "rope_parameters" in written else "rope_theta"


def check_weights(folder):
    """Dtype and the number of parameters; all finite."""
    with safe_open(folder / "model.safetensors", "pt") as file:
        tensors = {name: file.get_tensor(name) for name in file.keys()}
    expect(all(t.isfinite().all() for t in tensors.values()), f"{folder}: a weight is not finite")
    expect("lm_head.weight" not in tensors, f"{folder}: the head is not tied")
    return next(iter(tensors.values())).dtype, sum(t.numel() for t in tensors.values())


def main():
    logging.disable_progress_bar()
    if len(sys.argv) < 2:
        raise SystemExit(__doc__)
    torch.set_num_threads(2)
    for folder in map(Path, sys.argv[1:]):
        tokenizer = AutoTokenizer.from_pretrained(folder)
        chat = check_tokenizer(folder, tokenizer)
        dialect = check_config(folder)
        dtype, parameters = check_weights(folder)
        model, report = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, output_loading_info=True)
        expect(not any(report.values()), f"{folder}: transformers reports {report}")
        print(f"{folder}: {parameters} parameters, {dtype}, rotary base in {dialect}")
        for prompt in PROMPTS + [chat]:
            inputs = tokenizer(prompt, return_tensors="pt")
            ids = model.generate(**inputs, max_new_tokens=20, do_sample=False)[0, inputs["input_ids"].shape[1] :]
            print(f"  {prompt!r} -> {tokenizer.decode(ids)!r}")


if __name__ == "__main__":
    main()
