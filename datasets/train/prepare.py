#!/usr/bin/env python3
"""Splits the corpora into training text, demo corpus and held-out text, by whole documents.

  prepare.py --corpora DIR     DIR holds <domain>.jsonl.gz, one {"id","text","domain","source","license"} a line

Writes ../corpus/<domain>.jsonl, ../heldout/<domain>.jsonl and text/<domain>.jsonl.gz (the training text). No document is
in two of them. The order of a domain is fixed by the SHA-256 of each text, taking one document per source in turn, so
that every language and book is heard; the first documents are held out, the next are the demo corpus, the rest train.
"""
import argparse
import gzip
import hashlib
import json
from collections import defaultdict
from pathlib import Path

HERE = Path(__file__).parent
HELDOUT_BYTES = 40_000
DEMO_BYTES = 200_000
# Large enough that each of this domain's ten languages has a turn in both parts.
MULTILINGUAL_HELDOUT_BYTES = 60_000
MULTILINGUAL_DEMO_BYTES = 240_000


def ordered(rows):
    """The documents without exact duplicates, sources in turn, each source's in the order of their hashes."""
    by_hash = {hashlib.sha256(row["text"].encode()).hexdigest(): row for row in rows}
    taken = defaultdict(int)
    keys = {}
    for digest in sorted(by_hash):
        source = by_hash[digest]["source"]
        keys[digest] = (taken[source], digest)
        taken[source] += 1
    return [by_hash[digest] for digest in sorted(by_hash, key=keys.get)]


def cut(rows, target):
    """The leading rows that together reach `target` bytes of text, and the others."""
    size = count = 0
    while size < target:
        size += len(rows[count]["text"].encode())
        count += 1
    return rows[:count], rows[count:]


def write(path, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    data = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()
    # mtime 0 and no file name: the same rows give the same bytes
    path.write_bytes(gzip.compress(data, 9, mtime=0) if path.suffix == ".gz" else data)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--corpora", type=Path, required=True)
    files = sorted(parser.parse_args().corpora.glob("*.jsonl.gz"))
    if not files:
        raise SystemExit("--corpora holds no *.jsonl.gz: name the folder with the eight domains.")
    for file in files:
        domain = file.name.removesuffix(".jsonl.gz")
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            rows = ordered([json.loads(line) for line in lines])
        many = domain == "multilingual"
        heldout, rest = cut(rows, MULTILINGUAL_HELDOUT_BYTES if many else HELDOUT_BYTES)
        demo, train = cut(rest, MULTILINGUAL_DEMO_BYTES if many else DEMO_BYTES)
        write(HERE.parent / "heldout" / f"{domain}.jsonl", heldout)
        write(HERE.parent / "corpus" / f"{domain}.jsonl", demo)
        write(HERE / "text" / f"{domain}.jsonl.gz", train)
        sizes = [f"{len(part)} documents, {sum(len(r['text'].encode()) for r in part)} bytes" for part in (heldout, demo, train)]
        print(f"{domain}: held-out {sizes[0]}; demo {sizes[1]}; training {sizes[2]}")


if __name__ == "__main__":
    main()
