#!/usr/bin/env python3
"""Writes the golden files of dev.foresight.tensor into core/src/test/resources/tensor.

Needs numpy, torch and safetensors (made with 2.4.6, 2.15.0 and 0.8.0). Prints the checksum that HalvesTest holds.
"""
import hashlib
import pathlib
import struct

import numpy as np
import torch
from safetensors.torch import save

OUT = pathlib.Path(__file__).resolve().parent.parent / "resources" / "tensor"


def reference_file():
    """One tensor of each type, more of some, so that the order of types and of names shows."""
    ramp = torch.arange(6).reshape(2, 3)
    types = {
        "BOOL": torch.bool, "U8": torch.uint8, "I8": torch.int8, "F8_E4M3": torch.float8_e4m3fn,
        "F8_E5M2": torch.float8_e5m2, "I16": torch.int16, "U16": torch.uint16, "F16": torch.float16,
        "BF16": torch.bfloat16, "I32": torch.int32, "U32": torch.uint32, "F32": torch.float32,
        "I64": torch.int64, "U64": torch.uint64, "F64": torch.float64,
    }
    tensors = {f"of.{name}": ramp.to(dtype) for name, dtype in types.items()}
    tensors["another.F16"] = torch.tensor([1.0, 0.1, -65504.0], dtype=torch.float16)
    tensors["another.F32"] = torch.tensor(3.5)
    tensors['quoted "name" \\ é'] = torch.zeros((0, 4), dtype=torch.float16)
    (OUT / "reference.safetensors").write_bytes(save(tensors, {"format": "pt"}))


def narrowed():
    """Triples (fp32 bits, fp16 bits, bf16 bits) around all that is special, and at random."""
    rng = np.random.default_rng(20260202)
    halves = rng.integers(0, 0x7C00, 300, dtype=np.uint16).view(np.float16).astype(np.float64)
    following = np.nextafter(halves.astype(np.float16), np.float16(np.inf)).astype(np.float64)
    ties = ((halves + following) / 2)[np.isfinite(following)]
    special = [0.0, 65504.0, 65519.99, 65520.0, 65536.0, 1e30, 3.4e38, np.inf, 2**-24, 2**-25, 1.5 * 2**-25, 2**-14, 2**-126, 2**-149]
    tie_floats = ties.astype(np.float32)
    values = np.concatenate([
        np.array(special, np.float32), tie_floats,
        np.nextafter(tie_floats, np.float32(0)), np.nextafter(tie_floats, np.float32(np.inf)),
        rng.standard_normal(300).astype(np.float32),
        rng.integers(0, 0x7F800000, 300, dtype=np.uint32).view(np.float32),
        (rng.integers(0, 0x7F7F, 100, dtype=np.uint32) << 16 | 0x8000).view(np.float32),
    ]).astype(np.float32)
    values = np.concatenate([values, -values])
    with np.errstate(over="ignore"):
        f16 = values.astype(np.float16).view(np.uint16)
    bf16 = torch.from_numpy(values).to(torch.bfloat16).view(torch.int16).numpy().view(np.uint16)
    rows = zip(values.view(np.uint32), f16, bf16)
    (OUT / "narrowed.bin").write_bytes(b"".join(struct.pack("<IHH", *map(int, row)) for row in rows))


def widened():
    """SHA-256 of all fp16 patterns but NaN, widened."""
    patterns = np.arange(1 << 16, dtype=np.uint16).view(np.float16)
    return hashlib.sha256(patterns[~np.isnan(patterns)].astype("<f4").tobytes()).hexdigest()


OUT.mkdir(parents=True, exist_ok=True)
reference_file()
narrowed()
print("widened fp16:", widened())
