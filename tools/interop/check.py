"""Do other projects' readers see the weights of a written folder that Foresight sees, and find the same perplexity?

compressed-tensors and plain folders are loaded with transformers (and compressed-tensors) in two ways:
- float32: as fp32; every weight must be the one that Foresight's Java reads, bit for bit (or, where config.json asks for
  unpacking at once, because of zero points, that weight rounded once);
- stored: as the type in config.json, which is what most users do; every weight must be Foresight's, rounded once.
GPTQ and AWQ folders are unpacked by the code of GPTQModel, AutoGPTQ (first version only) and AutoAWQ, whose folders the
variables GPTQMODEL, AUTOGPTQ and AUTOAWQ name, in fp32; every weight must be the one that Foresight reads, bit for bit.
The perplexity, in fp32 on evenly spaced windows of a text, must be within 0.5 % of what `foresight evaluate` wrote into
FOLDER.json, where that is there.
"""
import argparse
import gzip
import hashlib
import json
import math
import os
import pathlib
import subprocess
import sys

import torch
from safetensors.torch import load_file
from transformers import AutoConfig, AutoModelForCausalLM, PreTrainedTokenizerFast

import readers

COLUMNS = "{:34} {:>6} {:>12} {:24} {:32} {:>12} {:>12} {}"


def load(folder, dtype):
    """The model after a first forward pass, which is when compressed-tensors unpacks."""
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=dtype).eval()
    with torch.no_grad():
        model(input_ids=torch.zeros(1, 1, dtype=torch.long), use_cache=False)
    return model


def java_checksums(java, folder):
    """Name to (checksum of the exact weights, checksum of those rounded to the stored type), both as fp32."""
    command = [*java.split(), "dev.foresight.export.WeightChecksums", str(folder)]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    return {name: tuple(sums) for name, *sums in (line.split("\t") for line in lines)}


def read(state, name):
    """What became of a tensor of a file, or None; models that also see get other names than their files have."""
    names = (name, name.replace("language_model.model.", "model.language_model."), "model." + name)
    return next((state[n] for n in names if n in state), None)


def verdict(state, expected, which):
    """Whether all tensors are there and equal, in words."""
    differ = [
        name
        for name, sums in sorted(expected.items())
        if (found := read(state, name)) is None
        or hashlib.sha256(found.float().contiguous().numpy().tobytes()).hexdigest() != sums[which]
    ]
    return "equal" if not differ else f"{len(differ)} differ, {differ[0]}"


def by_transformers(folder, config, expected):
    """The model, and what each way of loading gave."""
    stored = getattr(torch, config.get("dtype") or config["torch_dtype"])
    # what is unpacked at once is computed in the type of the steps, whatever the model is loaded as
    at_once = config.get("quantization_config", {}).get("dequantize", False)
    found, kept = [], None
    for way, dtype, which in (("float32", torch.float32, 1 if at_once else 0), ("stored", stored, 1)):
        try:
            model = load(folder, dtype)
        except RuntimeError as error:
            found.append(f"{way} does not load: {str(error).splitlines()[0]}")
            continue
        found.append(f"{way} {verdict(model.state_dict(), expected, which)}")
        kept = kept or model
    return kept, found


def gptq(folder, quantization):
    """All tensors of a folder as GPTQModel unpacks them, and the first version's also as AutoGPTQ does."""
    gptqmodel = readers.gptqmodel(os.environ["GPTQMODEL"])
    first = quantization["checkpoint_format"] == "gptq"
    autogptq = readers.autogptq(os.environ["AUTOGPTQ"]) if first else None
    state, disagree = {}, 0
    for file in sorted(folder.glob("*.safetensors")):
        state |= gptqmodel.convert_gptq_file(file, torch.float32, quantization, "cpu")
        stored = load_file(file)
        for name in [name.removesuffix(".qweight") for name in stored if name.endswith(".qweight")] if first else []:
            part = {key: stored[f"{name}.{key}"] for key in ("qweight", "qzeros", "scales", "g_idx")}
            columns, rows = len(part["g_idx"]), part["scales"].shape[1]
            linear = autogptq.QuantLinear(quantization["bits"], quantization["group_size"], columns, rows, False)
            linear.qweight, linear.qzeros, linear.scales = part["qweight"], part["qzeros"], part["scales"].float()
            disagree += not linear(torch.eye(columns)).T.equal(state[f"{name}.weight"])
    if disagree:
        return state, "GPTQModel, AutoGPTQ", [f"they differ in {disagree} linears"]
    return state, "GPTQModel, AutoGPTQ" if first else "GPTQModel", []


def awq(folder, quantization):
    """All tensors of a folder as AutoAWQ unpacks them."""
    autoawq = readers.autoawq(os.environ["AUTOAWQ"])
    state = {}
    for file in sorted(folder.glob("*.safetensors")):
        stored = load_file(file)
        for name, tensor in stored.items():
            linear = name.removesuffix(".qweight")
            if linear != name:
                parts = [stored[f"{linear}.{key}"] for key in ("qweight", "qzeros", "scales")]
                group = quantization["group_size"] if quantization["group_size"] > 0 else len(parts[0])
                weight = autoawq.dequantize_gemm(parts[0], parts[1], parts[2].float(), quantization["bits"], group)
                state[f"{linear}.weight"] = weight.T.contiguous()
            elif not name.endswith((".qzeros", ".scales")):
                state[name] = tensor.float()
    return state, "AutoAWQ", []


def by_unpackers(folder, config, expected):
    """A model of the weights that the readers' code unpacks, whose code that is, and what was found."""
    quantization = config["quantization_config"]
    state, reader, found = (gptq if quantization["quant_method"] == "gptq" else awq)(folder, quantization)
    found.append(f"float32 {verdict(state, expected, 0)}")
    settings = AutoConfig.from_pretrained(folder)
    del settings.quantization_config
    model = AutoModelForCausalLM.from_config(settings, dtype=torch.float32).eval()
    missing, unexpected = model.load_state_dict(state, strict=False)
    model.tie_weights()
    if unexpected or set(missing) - {"lm_head.weight"}:
        found.append(f"missing {missing}, unexpected {unexpected}")
    return model, reader, found


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


def check(folder, java, ids):
    """Prints a folder's line; whether all of it is right."""
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    quantization = config.get("quantization_config", {})
    method = quantization.get("quant_method", "none")
    expected = java_checksums(java, folder)
    if method in ("gptq", "awq"):
        model, reader, found = by_unpackers(folder, config, expected)
    else:
        model, found = by_transformers(folder, config, expected)
        reader = "transformers"
    right = model is not None and all(part.endswith(" equal") for part in found)
    theirs = ours = math.nan
    if model is not None and ids is not None:
        # transformers refuses to cast a packed model, but the first one loaded is fp32 already
        theirs = perplexity(model if model.dtype == torch.float32 else model.float(), ids)
    report = folder.parent / f"{folder.name}.json"
    if ids is not None and report.exists():
        ours = json.loads(report.read_text(encoding="utf-8"))["perplexity"]
        right = right and abs(theirs / ours - 1) < 0.005
    size = sum(file.stat().st_size for file in folder.glob("*.safetensors"))
    words = COLUMNS.format(
        folder.name, len(expected), size, reader, ", ".join(found), f"{theirs:.4f}", f"{ours:.4f}", "right" if right else "WRONG")
    print(words, flush=True)
    return right


def main():
    parser = argparse.ArgumentParser(prog="check", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("original", type=pathlib.Path, help="the folder that was quantized")
    parser.add_argument("written", type=pathlib.Path, nargs="+", help="folders that Foresight wrote")
    parser.add_argument("--text", type=pathlib.Path, help="text for the perplexity, plain or .gz; none is computed without it")
    parser.add_argument("--windows", type=int, default=32, help="how many (0 for all)")
    parser.add_argument("--length", type=int, default=512, help="tokens a window")
    parser.add_argument("--java", required=True, help="command that starts Java with the classes of bench/")
    arguments = parser.parse_args()
    ids = None
    if arguments.text:
        # The file as it is: AutoTokenizer cuts words as Qwen does wherever model_type is qwen2, whatever tokenizer.json says.
        tokenizer = PreTrainedTokenizerFast(tokenizer_file=str(arguments.original / "tokenizer.json"))
        ids = windows(tokenizer, arguments.text, arguments.length, arguments.windows)
    print(COLUMNS.format("folder", "tensors", "bytes", "reader", "weights", "perplexity", "ours", "verdict"))
    results = [check(folder, arguments.java, ids) for folder in arguments.written]
    sys.exit(0 if all(results) else 1)


main()
