"""Quantizes a model folder by another project's tool on the tokens of a Foresight sketch store, and writes the weights
that come out, dequantized, as a folder of that model; prints a table of what was judged. Called by tools/peers.

Every tool gets the float model in fp32, whatever it would choose: rounding to bfloat16 first would count against it.
"""

import argparse
import contextlib
import importlib.metadata
import json
import pathlib
import re
import shutil
import tempfile

import numpy
import torch
from safetensors.torch import load_file, save_file


def sequences(store):
    """The store's calibration tokens, in the order of shard and sequence: a list of lists of token ids."""
    import pyarrow.parquet

    rows = []
    for file in sorted(pathlib.Path(store).glob("sequences/*.parquet")):
        rows += pyarrow.parquet.read_table(file).to_pylist()
    if not rows:
        raise SystemExit(f"{store} holds no sequences")
    return [row["tokens"] for row in sorted(rows, key=lambda row: (row["shard"], row["sequence"]))]


def examples(store):
    """The same as tokenizers give it; nothing is padded, so that every mask is of ones."""
    return [{"input_ids": tokens, "attention_mask": [1] * len(tokens)} for tokens in sequences(store)]


def float_model(folder):
    from transformers import AutoModelForCausalLM

    return AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)


def unpack(words, bits):
    """Codes of GPTQ's int32 words, [words, columns] to [codes, columns]. A column is one stream of bits, lowest first, so
    that codes of 3 bits lie across words."""
    stream = numpy.unpackbits(words.T.copy().view(numpy.uint8), axis=1, bitorder="little")
    codes = stream.reshape(len(stream), -1, bits) @ (1 << numpy.arange(bits)).astype(numpy.uint8)
    return codes.T


def gptq_weights(folder):
    """What a GPTQ checkpoint multiplies by: name of each linear to (weight, group of each column)."""
    config = json.loads((folder / "quantize_config.json").read_text())
    bits, first = config["bits"], 1 if config.get("checkpoint_format", config.get("format")) == "gptq" else 0
    tensors = {}
    for file in folder.glob("*.safetensors"):
        tensors |= load_file(file)
    for key in [key for key in tensors if key.endswith(".qweight")]:
        name = key.removesuffix(".qweight")
        codes = unpack(tensors[key].numpy(), bits).astype(numpy.float32)
        scales = tensors[f"{name}.scales"].float().numpy()
        # the first version of the format stores each zero point less one
        zeros = unpack(tensors[f"{name}.qzeros"].numpy().T, bits).T.astype(numpy.float32) + first
        groups = tensors[f"{name}.g_idx"].numpy()
        yield name, torch.from_numpy(((codes - zeros[groups]) * scales[groups]).T), groups


def gptqmodel(options, act_order):
    from gptqmodel import GPTQModel, QuantizeConfig

    # with desc_act off the tool turns act_group_aware on by itself
    config = QuantizeConfig(bits=options.bits, group_size=options.group, sym=True, desc_act=act_order, offload_to_disk=False)
    rows, folder = examples(options.store), str(pathlib.Path(options.model).resolve())
    # it leaves a folder of logs where it is started
    with tempfile.TemporaryDirectory() as scratch, contextlib.chdir(scratch):
        model = GPTQModel.load(folder, config, dtype=torch.float32, device="cpu")
        model.quantize(rows, batch_size=4)
        model.save("checkpoint")
        linears = list(gptq_weights(pathlib.Path("checkpoint")))
    yield from linears


def dequantized(model, group):
    """Weights of every quantized linear of a model that its tool left rounded in place."""
    for name, module in model.named_modules():
        if name.startswith("model.layers.") and isinstance(getattr(module, "weight", None), torch.Tensor):
            if module.weight.dim() == 2:
                yield name, module.weight.detach().float(), numpy.arange(module.weight.shape[1]) // group


def llmcompressor(options, observer):
    from datasets import Dataset
    from llmcompressor import oneshot
    from llmcompressor.modifiers.gptq import GPTQModifier
    from transformers import AutoTokenizer

    weights = {"num_bits": options.bits, "type": "int", "symmetric": True, "strategy": "group", "group_size": options.group,
               "observer": observer}
    recipe = GPTQModifier(config_groups={"group_0": {"targets": ["Linear"], "weights": weights}}, ignore=["lm_head"])
    rows = examples(options.store)
    model = float_model(options.model)
    # the tokenizer only pads, and nothing here is to be padded
    oneshot(
        model=model, processor=AutoTokenizer.from_pretrained(options.model), dataset=Dataset.from_list(rows), recipe=recipe,
        max_seq_length=max(len(row["input_ids"]) for row in rows), num_calibration_samples=len(rows), batch_size=4)
    yield from dequantized(model, options.group)


def autoround(options):
    from auto_round import AutoRound
    from transformers import AutoTokenizer

    tokens = torch.tensor(sequences(options.store))
    rounder = AutoRound(
        float_model(options.model), AutoTokenizer.from_pretrained(options.model), bits=options.bits, group_size=options.group,
        sym=True, iters=200, batch_size=options.batch, nsamples=len(tokens), seqlen=tokens.shape[1],
        dataset=list(tokens.split(options.batch)), device_map="cpu")
    model, _ = rounder.quantize()
    yield from dequantized(model, options.group)


PEERS = {
    "gptqmodel": ("gptqmodel", lambda options: gptqmodel(options, act_order=False)),
    "gptqmodel-act-order": ("gptqmodel", lambda options: gptqmodel(options, act_order=True)),
    # by default a step follows from a group's range
    "llmcompressor": ("llmcompressor", lambda options: llmcompressor(options, observer=None)),
    "llmcompressor-imatrix": ("llmcompressor", lambda options: llmcompressor(options, observer="imatrix_mse")),
    "auto-round": ("auto-round", autoround),
}


def most_levels(weight, groups):
    """The largest number of different values of a row in one group."""
    most = 0
    for group in range(int(groups.max()) + 1):
        values = weight[:, torch.from_numpy(groups == group)].sort(dim=1).values
        most = max(most, int((values.diff(dim=1) != 0).sum(dim=1).max()) + 1)
    return most


def quantize(options):
    """A copy of the float folder with the tool's weights, in fp16, in place of its own."""
    torch.manual_seed(0)
    package, linears = PEERS[options.peer]
    tensors = {}
    for file in sorted(pathlib.Path(options.model).glob("*.safetensors")):
        tensors |= load_file(file)
    count = most = 0
    for name, weight, groups in linears(options):
        key = f"{name}.weight"
        if tensors[key].shape != weight.shape:
            raise SystemExit(f"{key} is {tuple(weight.shape)}, not {tuple(tensors[key].shape)}")
        tensors[key] = weight.to(torch.float16).contiguous()
        if not torch.isfinite(tensors[key]).all():
            raise SystemExit(f"{key} does not fit into fp16")
        most = max(most, most_levels(tensors[key], groups))
        count += 1
    # more would mean that the weights are not what the codes stand for
    if most > 1 << options.bits:
        raise SystemExit(f"{most} levels in one group: these are not weights of {options.bits} bits")
    options.out.mkdir(parents=True, exist_ok=True)
    for file in pathlib.Path(options.model).iterdir():
        if file.is_file() and not re.search(r"\.safetensors(\.index\.json)?$", file.name):
            shutil.copy(file, options.out)
    save_file(tensors, options.out / "model.safetensors", metadata={"format": "pt"})
    version = f"{package} {importlib.metadata.version(package)}"
    options.out.with_suffix(".version").write_text(version + "\n")
    print(f"{version}: {count} linears, at most {most} levels in a group")


def table(options):
    """Markdown: one line a folder; a difference is that folder less the base, mean KL in nats with its 95 % interval."""
    print("| weights | version | seconds | perplexity | mean KL | " + " | ".join(f"KL less {b}'s" for b in options.base) + " |")
    print("|---" * (5 + len(options.base)) + "|")
    for name in options.names:
        version, seconds = ((options.out / f"{name}.{what}").read_text().strip() for what in ("version", "seconds"))
        report = json.loads((options.out / f"{name}.evaluate.json").read_text())
        cells = [name, version, seconds, f"{report['perplexity']:.2f}", f"{report['reference']['divergence_mean']:.4f}"]
        for base in options.base:
            file = options.out / f"{name}-less-{base}.json"
            if file.exists():
                less = json.loads(file.read_text())["divergence"]
                cells.append(f"{less['difference']:+.4f} [{less['low']:+.4f}, {less['high']:+.4f}]")
            else:
                cells.append("")
        print("| " + " | ".join(cells) + " |")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(required=True)
    command = commands.add_parser("quantize")
    command.set_defaults(run=quantize)
    command.add_argument("peer", choices=PEERS)
    command.add_argument("--model", required=True)
    command.add_argument("--store", required=True)
    command.add_argument("--out", type=pathlib.Path, required=True)
    command.add_argument("--bits", type=int, required=True)
    command.add_argument("--group", type=int, required=True)
    command.add_argument("--batch", type=int, default=8, help="sequences of a step of auto-round")
    command = commands.add_parser("table")
    command.set_defaults(run=table)
    command.add_argument("out", type=pathlib.Path)
    command.add_argument("names", nargs="+")
    command.add_argument("--base", nargs="+", required=True)
    options = parser.parse_args()
    options.run(options)


if __name__ == "__main__":
    main()
