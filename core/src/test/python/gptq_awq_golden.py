#!/usr/bin/env python3
"""Writes core/src/test/resources/export/gptq_awq.safetensors: linears that GPTQModel, AutoGPTQ and AutoAWQ unpack.

    gptq_awq_golden.py GPTQMODEL AUTOGPTQ AUTOAWQ

The arguments are folders with the unpacked archives of gptqmodel 7.7.0, auto-gptq 0.7.1 and autoawq 0.2.9 (as
tools/interop/run fetches them); needs torch, safetensors and transformers (made with 2.15.0, 0.8.0 and 5.23.0).
Codes are packed here by the definition, as the digits of one large number, and unpacked by those projects' own code:
`expected.*.weight` is what they say the weights are, in fp32, and they must all say the same. Zero points of the first
version never are 0, the one value that its readers disagree about.
"""
import pathlib
import sys
import tempfile

import torch
from safetensors.torch import save_file

ROOT = pathlib.Path(__file__).resolve().parents[4]
sys.path.insert(0, str(ROOT / "tools" / "interop"))
import readers

OUT = ROOT / "core" / "src" / "test" / "resources" / "export" / "gptq_awq.safetensors"
ROWS, COLUMNS, GROUP = 32, 32, 16  # outputs, inputs, inputs that share a step

gptqmodel, autogptq, autoawq = (
    read(pathlib.Path(folder)) for read, folder in zip((readers.gptqmodel, readers.autogptq, readers.autoawq), sys.argv[1:4])
)
generator = torch.Generator().manual_seed(20260303)


def random(low, high, *shape):
    return torch.randint(low, high, shape, generator=generator)


def words(run, bits):
    """A run of codes as 32-bit words: code i is digit i of a number in base 2^bits."""
    number = sum(int(code) << i * bits for i, code in enumerate(run))
    count = len(run) * bits // 32
    return [(number >> 32 * i & 0xFFFFFFFF) - (1 << 32) * (number >> 32 * i + 31 & 1) for i in range(count)]


def pack(matrix, bits):
    """Each row a run."""
    return torch.tensor([words(row, bits) for row in matrix.tolist()], dtype=torch.int32)


tensors = {}
for bits in (2, 3, 4, 8):
    for version in ("gptq", "gptq_v2"):
        for order in ("in_order", "activation_order") if version == "gptq_v2" else ("in_order",):
            offset = 1 if version == "gptq" else 0
            groups = COLUMNS // GROUP
            codes = random(0, 1 << bits, COLUMNS, ROWS)
            zeros = random(offset, 1 << bits, groups, ROWS)
            scales = (torch.rand((groups, ROWS), generator=generator) + 0.01).half()
            g_idx = torch.arange(COLUMNS) // GROUP
            if order == "activation_order":
                g_idx = g_idx[torch.randperm(COLUMNS, generator=generator)]
            packed = {
                "qweight": pack(codes.T, bits).T.contiguous(),
                "qzeros": pack(zeros - offset, bits),
                "scales": scales,
                "g_idx": g_idx.int(),
            }
            with tempfile.TemporaryDirectory() as folder:
                file = pathlib.Path(folder) / "linear.safetensors"
                save_file({f"linear.{name}": tensor for name, tensor in packed.items()}, file)
                config = {"bits": bits, "checkpoint_format": version}
                weight = gptqmodel.convert_gptq_file(file, torch.float32, config, "cpu")["linear.weight"]
            if version == "gptq":
                linear = autogptq.QuantLinear(bits, GROUP, COLUMNS, ROWS, False)
                linear.qweight, linear.qzeros, linear.scales = packed["qweight"], packed["qzeros"], scales.float()
                assert weight.equal(linear(torch.eye(COLUMNS)).T)
            linear = f"{version}.b{bits}.{order}"
            tensors |= {f"{linear}.{name}": tensor for name, tensor in packed.items()}
            tensors[f"expected.{linear}.codes"] = codes.T.contiguous().to(torch.uint8)
            tensors[f"expected.{linear}.zeros"] = zeros.T.contiguous().to(torch.uint8)
            tensors[f"expected.{linear}.weight"] = weight

AWQ_ORDER = [0, 2, 4, 6, 1, 3, 5, 7]
codes, zeros = random(0, 16, COLUMNS, ROWS), random(0, 16, COLUMNS // GROUP, ROWS)
scales = (torch.rand((COLUMNS // GROUP, ROWS), generator=generator) + 0.01).half()
places = torch.tensor([8 * (j // 8) + AWQ_ORDER[j % 8] for j in range(ROWS)])
packed = {"qweight": pack(codes[:, places], 4), "qzeros": pack(zeros[:, places], 4), "scales": scales}
tensors |= {f"awq.{name}": tensor for name, tensor in packed.items()}
tensors["expected.awq.codes"] = codes.T.contiguous().to(torch.uint8)
tensors["expected.awq.zeros"] = zeros.T.contiguous().to(torch.uint8)
tensors["expected.awq.weight"] = autoawq.dequantize_gemm(packed["qweight"], packed["qzeros"], scales.float(), 4, GROUP).T.contiguous()
save_file(tensors, OUT, {"format": "pt"})
OUT.chmod(0o644)
