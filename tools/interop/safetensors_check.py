"""Rewrites safetensors files with Foresight and compares bytes and tensors with the safetensors library."""
import argparse
import filecmp
import json
import pathlib
import subprocess
import sys
import tempfile

import torch
from safetensors.torch import load_file, save_file

TYPES = [
    torch.bool, torch.uint8, torch.int8, torch.float8_e4m3fn, torch.float8_e5m2, torch.int16, torch.uint16, torch.float16,
    torch.bfloat16, torch.int32, torch.uint32, torch.float32, torch.int64, torch.uint64, torch.float64,
]
SHAPES = [(), (0,), (1,), (3, 5), (2, 3, 4), (0, 7), (129, 65)]


def made_up(seed):
    """Some tensors of every type, random bytes, random shapes and names."""
    generator = torch.Generator().manual_seed(seed)
    tensors = {}
    for i in torch.randperm(60, generator=generator).tolist():
        dtype = TYPES[i % len(TYPES)]
        shape = SHAPES[int(torch.randint(len(SHAPES), (), generator=generator))]
        values = torch.randint(0, 2, shape, generator=generator) if dtype == torch.bool else torch.randint(0, 127, shape, generator=generator)
        tensors[f"model.layers.{i}.{'weight' if i % 2 else 'bias'}"] = values.to(dtype)
    return tensors


def check(java, file, folder):
    rewritten = folder / "rewritten.safetensors"
    subprocess.run([*java.split(), "dev.foresight.tensor.RewriteSafetensors", str(file), str(rewritten)], check=True)
    before, after = load_file(file), load_file(rewritten)
    equal = before.keys() == after.keys() and all(
        tensor.dtype == after[name].dtype
        and tensor.shape == after[name].shape
        # as bytes, since NaN differs from itself
        and tensor.reshape(-1).view(torch.uint8).equal(after[name].reshape(-1).view(torch.uint8))
        for name, tensor in before.items()
    )
    same_bytes = filecmp.cmp(file, rewritten, shallow=False)
    print(json.dumps({"file": file.name, "tensors": len(before), "equal_tensors": equal, "equal_bytes": same_bytes}), flush=True)
    return equal, same_bytes


def main():
    parser = argparse.ArgumentParser(prog="safetensors-check", description=__doc__)
    parser.add_argument("files", type=pathlib.Path, nargs="*", help="files of others: their bytes may be in another order")
    parser.add_argument("--java", required=True, help="command that starts Java with the classes of bench/")
    arguments = parser.parse_args()
    right = True
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for seed in range(3):
            file = folder / f"seed-{seed}.safetensors"
            save_file(made_up(seed), file, {"format": "pt"})
            right = all(check(arguments.java, file, folder)) and right
        for file in arguments.files:
            right = check(arguments.java, file, folder)[0] and right
    sys.exit(0 if right else 1)


main()
