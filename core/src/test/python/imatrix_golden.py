#!/usr/bin/env python3
"""Writes core/src/test/resources/export/imatrix.gguf by the layout that llama.cpp documents, and reads it with gguf-py.

Needs numpy and gguf (made with 2.4.6 and 0.19.0). Two weights over 3 tokens in sequences of 2.
"""
import pathlib
import struct

import numpy as np
from gguf import GGUFReader

OUT = pathlib.Path(__file__).resolve().parent.parent / "resources" / "export" / "imatrix.gguf"
TOKENS = 3
MEANS = {"blk.0.attn_q.weight": [0.5, 1.25, 3.0], "blk.0.ffn_down.weight": list(np.arange(9) / 8)}
U32, STRING, ARRAY, F32 = 4, 8, 9, 0


def text(value):
    return struct.pack("<Q", len(value.encode())) + value.encode()


def padded(value):
    return value + bytes(-len(value) % 32)


keys = [
    text("general.type") + struct.pack("<I", STRING) + text("imatrix"),
    text("imatrix.datasets") + struct.pack("<IIQ", ARRAY, STRING, 2) + text("code") + text("legal"),
    text("imatrix.chunk_count") + struct.pack("<II", U32, 2),
    text("imatrix.chunk_size") + struct.pack("<II", U32, 2),
]
infos, data = b"", b""
for name, means in MEANS.items():
    for part, values in (("in_sum2", np.array(means) * TOKENS), ("counts", np.array([TOKENS]))):
        infos += text(f"{name}.{part}") + struct.pack("<IQQIQ", 2, len(values), 1, F32, len(data))
        data += padded(values.astype("<f4").tobytes())
OUT.write_bytes(padded(b"GGUF" + struct.pack("<IQQ", 3, 2 * len(MEANS), len(keys)) + b"".join(keys) + infos) + data)

reader = GGUFReader(OUT)
assert reader.get_field("general.type").contents() == "imatrix"
assert reader.get_field("imatrix.datasets").contents() == ["code", "legal"]
assert [reader.get_field(f"imatrix.chunk_{key}").contents() for key in ("count", "size")] == [2, 2]
read = {tensor.name: tensor.data for tensor in reader.tensors}
for name, means in MEANS.items():
    assert np.array_equal(read[f"{name}.in_sum2"].ravel() / read[f"{name}.counts"].ravel(), np.float32(means))
