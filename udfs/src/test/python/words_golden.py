#!/usr/bin/env python3
"""A tokenizer of a few words, and what it, xxHash and NumPy make of texts and sums.

  python words_golden.py ../resources/words
      (transformers 5.23.0, tokenizers 0.22, xxhash 3, numpy 2, SciPy 1; seeds below)

Writes tokenizer.json and tokenizer_config.json; tokens.json: ids of texts; packing.json: documents
and the sequences they become, in order of (xxHash64(seed, text) as a signed number, text); and
merge.json: rows of sums and what their merge is.
"""
import json, pathlib, random, sys
import numpy as np
import xxhash
from scipy.spatial.distance import braycurtis
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast

out = pathlib.Path(sys.argv[1])
WORDS = ["<unk>", "<s>", "</s>"] + "the a cat dog sat ran on under mat tree and then slept 日本 été .".split()
core = Tokenizer(models.WordLevel({w: i for i, w in enumerate(WORDS)}, unk_token="<unk>"))
core.pre_tokenizer = pre_tokenizers.Whitespace()
tokenizer = PreTrainedTokenizerFast(tokenizer_object=core, bos_token="<s>", eos_token="</s>", unk_token="<unk>")
tokenizer.backend_tokenizer.save(str(out / "tokenizer.json"))
(out / "tokenizer_config.json").write_text(json.dumps({"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>"}, indent=2) + "\n")


def ids(text):
    return tokenizer(text, add_special_tokens=False)["input_ids"]


def write(name, value):
    (out / name).write_text(json.dumps(value, ensure_ascii=True, indent=1) + "\n")


texts = ["the cat sat on the mat.", "", " ", "été 日本", "a zebra </s> slept"]
write("tokens.json", [{"text": t, "ids": ids(t)} for t in texts])

random.seed(11)
SEED, LENGTH, LIMIT = 42, 8, 9
documents = [" ".join(random.choices(WORDS[3:], k=random.randint(0, 9))) for _ in range(40)]
ordered = sorted(documents, key=lambda t: (np.uint64(xxhash.xxh64(t.encode(), seed=SEED).intdigest()).astype(np.int64), t))
stream, sequences, used, taken = [], [], 0, 0
for text in ordered:
    if len(sequences) == LIMIT:
        break
    tokens = ids(text)
    if not tokens:
        continue
    stream += ([2] if used else []) + tokens  # </s> between documents
    used, taken = used + 1, taken + len(tokens)
    while len(stream) >= LENGTH and len(sequences) < LIMIT:
        sequences.append(stream[:LENGTH])
        stream = stream[LENGTH:]
write("packing.json", {"seed": SEED, "length": LENGTH, "limit": LIMIT, "documents": documents,
                       "used": used, "document_tokens": taken, "sequences": sequences})

rng = np.random.default_rng(5)
rows = []
for shard in ("code", "legal"):
    for index in range(3):
        for stratum, tokens in (("first", 4), ("rest", 60)):
            x = rng.standard_normal((tokens, 6)).astype(np.float32) * np.float32(3 if stratum == "first" else 1)
            x[:, 5] = 0  # a channel that is never active
            rows.append({"shard": shard, "slice": index, "stratum": stratum, "tokens": tokens,
                         "sum_abs": np.abs(x).sum(0, dtype=np.float64).tolist(), "sum": x.sum(0, dtype=np.float64).tolist(),
                         "sum_square": np.square(x, dtype=np.float64).sum(0).tolist(), "max_abs": np.abs(x).max(0).tolist()})


def merged(chosen):
    tokens = sum(r["tokens"] for r in chosen)
    return {"tokens": tokens, "mean_abs": (np.sum([r["sum_abs"] for r in chosen], 0) / tokens).tolist(),
            "mean_square": (np.sum([r["sum_square"] for r in chosen], 0) / tokens).tolist(),
            "max_abs": np.max([r["max_abs"] for r in chosen], 0).tolist()}


code, legal = (merged([r for r in rows if r["shard"] == s]) for s in ("code", "legal"))
write("merge.json", {"rows": rows, "all": merged(rows), "code": code, "legal": legal,
                     "distance": 2 * braycurtis(code["mean_abs"], legal["mean_abs"])})
