"""Do transformers and Foresight see the same weights in a written folder, and the same perplexity?

Each folder is loaded with transformers (and compressed-tensors, where config.json asks for it) in three ways:
- float32: as fp32; every weight must be the one that Foresight's Java reads, bit for bit;
- stored: as the type in config.json, which is what most users do; every weight must be Foresight's, rounded once;
- dequantize: the same with CompressedTensorsConfig(dequantize=True), the only way in which transformers 5.23 loads zero
  points; so a folder with zero points is right if this way is, and the others may refuse to load.
The perplexity, in fp32 on evenly spaced windows of a text, is to be compared with `bin/foresight evaluate`.
"""
import argparse
import gzip
import hashlib
import json
import math
import pathlib
import subprocess
import sys
import time

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, CompressedTensorsConfig


def load(folder, dtype, **settings):
    """The model after a first forward pass, which is when compressed-tensors unpacks."""
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=dtype, **settings).eval()
    with torch.no_grad():
        model(input_ids=torch.zeros(1, 1, dtype=torch.long), use_cache=False)
    return model


def java_checksums(java, folder):
    """Name to (checksum of the exact weights, checksum of those rounded to the stored type), both as fp32."""
    command = [*java.split(), "dev.foresight.export.WeightChecksums", str(folder)]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    return {name: tuple(sums) for name, *sums in (line.split("\t") for line in lines)}


def differing(model, expected, which):
    """Names of the tensors that transformers does not have, or has otherwise."""
    state = model.state_dict()
    return [
        name
        for name, sums in sorted(expected.items())
        if name not in state or hashlib.sha256(state[name].float().numpy().tobytes()).hexdigest() != sums[which]
    ]


def compare(folder, java):
    """A model that was loaded, what was found, and whether that is right."""
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    stored = getattr(torch, config.get("dtype") or config["torch_dtype"])
    quantization = config.get("quantization_config", {})
    scheme = quantization.get("config_groups", {}).get("group_0", {}).get("weights", {})
    expected = java_checksums(java, folder)
    result = {
        "folder": folder.name,
        "bytes": sum(file.stat().st_size for file in folder.glob("*.safetensors")),
        "method": quantization.get("quant_method", "none"),
        "bits": scheme.get("num_bits"),
        "group": scheme.get("group_size"),
        "symmetric": scheme.get("symmetric"),
        "tensors": len(expected),
    }
    ways = {"float32": (torch.float32, 0, {}), "stored": (stored, 1, {})}
    if quantization:
        ways["dequantize"] = (stored, 1, {"quantization_config": CompressedTensorsConfig(dequantize=True)})
    kept = None
    for way, (dtype, which, settings) in ways.items():
        try:
            model = load(folder, dtype, **settings)
        except RuntimeError as error:
            result[way] = "does not load: " + str(error).splitlines()[0]
            continue
        differ = differing(model, expected, which)
        result[way] = "equal" if not differ else f"{len(differ)} differ, among them {differ[0]}"
        kept = kept or model
    needed = ["dequantize"] if scheme.get("symmetric") is False else list(ways)
    return kept, result, all(result[way] == "equal" for way in needed)


def windows(tokenizer, file, length, count):
    """`count` windows of `length` tokens, evenly spaced over the whole text, without special tokens."""
    opened = gzip.open(file, "rt", encoding="utf-8") if file.suffix == ".gz" else open(file, encoding="utf-8")
    with opened as stream:
        ids = tokenizer(stream.read(), add_special_tokens=False, verbose=False)["input_ids"]
    total = len(ids) // length
    starts = [i * total // count * length for i in range(count)] if 0 < count < total else range(0, total * length, length)
    return torch.tensor([ids[start : start + length] for start in starts])


@torch.no_grad()
def perplexity(model, ids):
    loss = 0.0
    for row in ids:
        logits = model(input_ids=row[None], use_cache=False).logits[0, :-1].float()
        loss += torch.nn.functional.cross_entropy(logits, row[1:], reduction="sum").item()
    return math.exp(loss / ids[:, 1:].numel())


def main():
    parser = argparse.ArgumentParser(prog="check", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("original", type=pathlib.Path, help="the folder that was quantized")
    parser.add_argument("written", type=pathlib.Path, nargs="+", help="folders that Foresight wrote")
    parser.add_argument("--text", type=pathlib.Path, help="text for the perplexity, plain or .gz; none is computed without it")
    parser.add_argument("--windows", type=int, default=32, help="how many (0 for all)")
    parser.add_argument("--length", type=int, default=512, help="tokens a window")
    parser.add_argument("--java", required=True, help="command that starts Java with Foresight's test classes")
    arguments = parser.parse_args()
    ids = windows(AutoTokenizer.from_pretrained(arguments.original), arguments.text, arguments.length, arguments.windows) if arguments.text else None
    all_right = True
    for folder in [arguments.original, *arguments.written]:
        start = time.time()
        model, result, right = compare(folder, arguments.java)
        if ids is not None and model is not None:
            # transformers refuses to cast a packed model, but the first one loaded is fp32 already
            result["perplexity"] = round(perplexity(model if model.dtype == torch.float32 else model.float(), ids), 4)
            result["predicted_tokens"] = ids[:, 1:].numel()
        result["right"] = right
        result["seconds"] = round(time.time() - start, 1)
        print(json.dumps(result), flush=True)
        all_right = all_right and right
    sys.exit(0 if all_right else 1)


main()
