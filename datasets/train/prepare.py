#!/usr/bin/env python3
"""Splits the corpora into training text, demo corpus and held-out text, by whole documents.

  prepare.py --corpora DIR     DIR holds <domain>.jsonl.gz, one {"id","text","domain","source","license"} a line

Writes ../corpus/<domain>.jsonl, ../heldout/<domain>.jsonl and text/<domain>.jsonl.gz (the training text). No document is
in two of them. The order of a domain is fixed by the SHA-256 of each text, taking one document per source in turn, so
that every language and book is heard; the first documents are kept from training, the rest train. Of those kept, the
first that share little with the training text (licences and handbooks quote each other) are held out, the others are the
demo corpus.
"""
import argparse
import gzip
import hashlib
import json
from collections import defaultdict
from pathlib import Path

HERE = Path(__file__).parent
# Bytes of text to hold out and to keep for the demo corpus: 40,000 and 200,000, more where ten languages share a domain.
SIZES = {"multilingual": (60_000, 240_000)}
PASSAGE_WORDS = 13
MOST_SHARED = 0.2  # of a held-out document's passages


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
        if count == len(rows):
            raise SystemExit(f"A {rows[0]['domain']} part needs {target} bytes and finds {size}: give more text or less to hold out.")
        size += len(rows[count]["text"].encode())
        count += 1
    return rows[:count], rows[count:]


def passages(row):
    words = row["text"].split()
    return [tuple(words[i : i + PASSAGE_WORDS]) for i in range(len(words) - PASSAGE_WORDS + 1)]


def hold_out(unseen, train, target):
    """The first unseen rows, `target` bytes of them, that share little with the training rows; and the other unseen rows."""
    known = {hash(passage) for row in train for passage in passages(row)}

    def shared(row):
        found = passages(row)
        return sum(hash(passage) in known for passage in found) / max(1, len(found))

    fresh = [row for row in unseen if shared(row) < MOST_SHARED]
    heldout, _ = cut(fresh, target)
    return heldout, [row for row in unseen if row not in heldout]


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
        sizes = SIZES.get(domain, (40_000, 200_000))
        first, rest = cut(rows, sizes[0])
        second, train = cut(rest, sizes[1])
        heldout, demo = hold_out(first + second, train, sizes[0])
        write(HERE.parent / "heldout" / f"{domain}.jsonl", heldout)
        write(HERE.parent / "corpus" / f"{domain}.jsonl", demo)
        write(HERE / "text" / f"{domain}.jsonl.gz", train)
        for part, docs in (("held-out", heldout), ("demo", demo), ("training", train)):
            print(f"{domain} {part}: {len(docs)} documents, {sum(len(row['text'].encode()) for row in docs)} bytes")


if __name__ == "__main__":
    main()
