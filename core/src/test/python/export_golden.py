#!/usr/bin/env python3
"""Writes core/src/test/resources/export/packed.safetensors: linears packed by compressed-tensors itself.

Needs torch, safetensors and compressed-tensors (made with 2.15.0, 0.8.0 and 0.20.0). For each width, symmetry and
strategy there are the library's packed tensors and, under `expected.`, what went in (shifted codes and zero points)
and the weights that the library unpacks when the model is loaded as fp32.
"""
import pathlib

import torch
from compressed_tensors.compressors.pack_quantized.base import PackedQuantizationCompressor
from compressed_tensors.compressors.pack_quantized.helpers import pack_to_int32
from compressed_tensors.quantization import QuantizationArgs, QuantizationScheme
from safetensors.torch import save_file

OUT = pathlib.Path(__file__).resolve().parent.parent / "resources" / "export" / "packed.safetensors"
# more than 8 rows: release 0.20.0 can't unpack 4-bit zero points that fill a single word a group
ROWS, COLUMNS, GROUP = 13, 32, 16

generator = torch.Generator().manual_seed(20260202)
tensors = {}
for bits in range(2, 9):
    for symmetric in (True, False):
        for strategy in ("group", "channel"):
            groups = COLUMNS // GROUP if strategy == "group" else 1
            low, high = -(1 << bits - 1), 1 << bits - 1
            codes = torch.randint(low, high, (ROWS, COLUMNS), generator=generator).to(torch.int8)
            zeros = torch.randint(low, high, (ROWS, groups), generator=generator).to(torch.int8)
            scale = (torch.rand((ROWS, groups), generator=generator) + 0.01).to(torch.float16 if symmetric else torch.bfloat16)
            args = QuantizationArgs(num_bits=bits, symmetric=symmetric, strategy=strategy, group_size=GROUP if strategy == "group" else None)
            packed = {"weight_packed": pack_to_int32(codes, bits), "weight_scale": scale, "weight_shape": torch.tensor([ROWS, COLUMNS])}
            if not symmetric:
                packed["weight_zero_point"] = pack_to_int32(zeros, bits, packed_dim=0)
            linear = f"b{bits}.{'symmetric' if symmetric else 'asymmetric'}.{strategy}"
            tensors |= {f"{linear}.{name}": tensor for name, tensor in packed.items()}
            tensors[f"expected.{linear}.codes"] = codes
            if not symmetric:
                tensors[f"expected.{linear}.zeros"] = zeros
            weight = PackedQuantizationCompressor.decompress(
                packed | {"weight_scale": scale.float()}, QuantizationScheme(targets=["Linear"], weights=args))["weight"]
            assert weight.dtype == torch.float32
            tensors[f"expected.{linear}.weight"] = weight
OUT.parent.mkdir(parents=True, exist_ok=True)
save_file(tensors, OUT, {"format": "pt"})
