"""The training text as tokens, and the batch of each step."""
import gzip
import json
import re
from pathlib import Path

import numpy as np
import torch

SEPARATOR = 0  # <|endoftext|>
TURN = re.compile(r"(User|Assistant): (.*)")


def rows(file):
    opened = gzip.open(file, "rt", encoding="utf-8") if file.suffix == ".gz" else open(file, encoding="utf-8")
    with opened as lines:
        return [json.loads(line) for line in lines]


def as_chat(text):
    """Each dialogue in the chat template's form, those with other lines left out."""
    dialogues = []
    for dialogue in text.split("\n\n"):
        turns = [TURN.fullmatch(line) for line in dialogue.splitlines()]
        if turns and all(turns):
            dialogues.append("".join(f"<|im_start|>{turn[1].lower()}\n{turn[2]}<|im_end|>\n" for turn in turns))
    return "<|endoftext|>".join(dialogues)


def stream(tokenizer, files, chat=False):
    """All documents of `files` as one array of tokens, one separator after each.

    With `chat`, every second dialogue document is written in the chat template's form, so that its tokens mean something.
    """
    texts = []
    for file in files:
        for number, row in enumerate(rows(file)):
            texts.append(as_chat(row["text"]) if chat and row["domain"] == "dialogue" and number % 2 else row["text"])
    encodings = tokenizer.encode_batch_fast(texts, add_special_tokens=False)
    return np.concatenate([np.array(encoding.ids + [SEPARATOR], dtype=np.int64) for encoding in encodings])


def batch(tokens, seed, step, size, length):
    """`size` windows of `length` + 1 tokens at places that depend on (seed, step) alone: resuming changes no batch."""
    starts = np.random.default_rng([seed, step]).integers(0, len(tokens) - length, size)
    windows = torch.from_numpy(np.stack([tokens[start : start + length + 1] for start in starts]))
    return windows[:, :-1].contiguous(), windows[:, 1:].contiguous()


def fixed_windows(tokens, size, length, count):
    """`count` batches of consecutive windows, evenly spaced over `tokens`."""
    starts = np.linspace(0, len(tokens) - length - 1, size * count).astype(np.int64).reshape(count, size)
    for row in starts:
        windows = torch.from_numpy(np.stack([tokens[start : start + length + 1] for start in row]))
        yield windows[:, :-1].contiguous(), windows[:, 1:].contiguous()


def files(folder: Path, suffix):
    found = sorted(folder.glob(f"*{suffix}"))
    if not found:
        raise SystemExit(f"{folder} holds no *{suffix}: run prepare.py first.")
    return found
