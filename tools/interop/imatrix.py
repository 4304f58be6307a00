"""Do gguf-py and llama-quantize take the importance matrices that `foresight export-imatrix` writes?

    imatrix.py corpus TEXT OUT                             the beginning of a text, for a small calibration
    imatrix.py check MODEL SKETCHES FOLDER [--quantizer LLAMA-QUANTIZE]

check compares FOLDER/imatrix.gguf (read by gguf-py) and FOLDER/imatrix.dat (read as llama.cpp's loader of older files
does) with the sums in the sketch store. With a quantizer it also writes MODEL as a GGUF file, has it quantized to Q4_0
without a matrix and with each of the two, and asks for less error under E[x²] with a matrix than without.
"""
import argparse
import gzip
import json
import pathlib
import struct
import subprocess
import sys

import gguf
import numpy as np
import pyarrow.parquet as parquet
from safetensors.torch import load_file

LINEARS = {
    "attn_q": ("self_attn.q_proj", "attention_input"),
    "attn_k": ("self_attn.k_proj", "attention_input"),
    "attn_v": ("self_attn.v_proj", "attention_input"),
    "attn_output": ("self_attn.o_proj", "attention_output"),
    "ffn_gate": ("mlp.gate_proj", "mlp_input"),
    "ffn_up": ("mlp.up_proj", "mlp_input"),
    "ffn_down": ("mlp.down_proj", "mlp_output"),
}
CORPUS_CHARACTERS = 100_000


def corpus(text, out):
    opened = gzip.open(text, "rt", encoding="utf-8") if text.suffix == ".gz" else open(text, encoding="utf-8")
    with opened as stream:
        out.write_text(stream.read(CORPUS_CHARACTERS), encoding="utf-8")


def sketched(store):
    """E[x²] by name of the weight in GGUF, summed from the store's table."""
    sums, tokens = {}, {}
    for row in parquet.read_table(store / "sums", columns=["block", "role", "tokens", "sum_square"]).to_pylist():
        key = row["block"], row["role"]
        sums[key] = sums.get(key, 0) + np.array(row["sum_square"])
        tokens[key] = tokens.get(key, 0) + row["tokens"]
    return {
        f"blk.{block}.{name}.weight": total / tokens[block, role]
        for (block, role), total in sums.items()
        for name, (_, its) in LINEARS.items()
        if its == role
    }


def read_gguf(file):
    read = {tensor.name: tensor.data.ravel() for tensor in gguf.GGUFReader(file).tensors}
    return {name.removesuffix(".in_sum2"): data / read[name.replace(".in_sum2", ".counts")] for name, data in read.items() if name.endswith(".in_sum2")}


def read_dat(file):
    """As common_imatrix_load_legacy and load_imatrix of llama.cpp do."""
    with open(file, "rb") as stream:
        number = lambda: struct.unpack("<i", stream.read(4))[0]
        entries = {}
        for _ in range(number()):
            name = stream.read(number()).decode()
            calls, count = number(), number()
            entries[name] = np.frombuffer(stream.read(4 * count), "<f4") / calls
        number()
        stream.read(number())
        assert not stream.read(1), "bytes are left over"
    return entries


def close(read, expected):
    return read.keys() == expected.keys() and all(np.allclose(read[name], expected[name], rtol=1e-6) for name in expected)


def write_model(folder, out):
    """The weights of a llama as GGUF; without a tokenizer and with rows of q and k as they are, which quantizing ignores."""
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    tensors = {name: tensor for file in sorted(folder.glob("*.safetensors")) for name, tensor in load_file(file).items()}
    blocks, heads = config["num_hidden_layers"], config["num_attention_heads"]
    writer = gguf.GGUFWriter(out, "llama")
    writer.add_block_count(blocks)
    writer.add_context_length(config["max_position_embeddings"])
    writer.add_embedding_length(config["hidden_size"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_head_count(heads)
    writer.add_head_count_kv(config.get("num_key_value_heads", heads))
    writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
    writer.add_vocab_size(config["vocab_size"])
    names = {"model.embed_tokens.weight": "token_embd.weight", "model.norm.weight": "output_norm.weight", "lm_head.weight": "output.weight"}
    for block in range(blocks):
        hugging_face, theirs = f"model.layers.{block}.", f"blk.{block}."
        names |= {f"{hugging_face}{path}.weight": f"{theirs}{name}.weight" for name, (path, _) in LINEARS.items()}
        names[f"{hugging_face}input_layernorm.weight"] = f"{theirs}attn_norm.weight"
        names[f"{hugging_face}post_attention_layernorm.weight"] = f"{theirs}ffn_norm.weight"
    for name, tensor in tensors.items():
        writer.add_tensor(names[name], tensor.half().numpy() if tensor.dim() == 2 else tensor.float().numpy())
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def weighted_error(original, quantized, importance):
    """Σ E[x²] ΔW² of all weights that have an importance."""
    true = {tensor.name: tensor.data for tensor in gguf.GGUFReader(original).tensors}
    total = 0.0
    for tensor in gguf.GGUFReader(quantized).tensors:
        if tensor.name in importance:
            weights = gguf.quants.dequantize(tensor.data, tensor.tensor_type).reshape(true[tensor.name].shape)
            total += float((importance[tensor.name] * (weights - true[tensor.name].astype(np.float32)) ** 2).sum())
    return total


def quantize(quantizer, model, folder, importance):
    """Error without a matrix and with each."""
    errors = {}
    for name, arguments in {"none": [], "gguf": ["--imatrix", folder / "imatrix.gguf"], "dat": ["--imatrix", folder / "imatrix.dat"]}.items():
        out = folder / f"q4_0-{name}.gguf"
        run = subprocess.run([quantizer, *arguments, model, out, "Q4_0", "1"], capture_output=True, text=True)
        said = run.stdout + run.stderr
        if run.returncode:
            sys.exit(f"llama-quantize failed:\n{said}")
        if arguments and f"have {len(importance)} importance matrix entries" not in said:
            sys.exit(f"llama-quantize did not take the matrix:\n{said}")
        errors[name] = weighted_error(model, out, importance)
    return errors


def check(arguments):
    expected = sketched(arguments.sketches)
    right = True
    for name, read in (("imatrix.gguf", read_gguf), ("imatrix.dat", read_dat)):
        equal = close(read(arguments.folder / name), expected)
        right = right and equal
        reader = "gguf-py" if name.endswith("gguf") else "as llama.cpp's loader"
        print(f"{name:34} {len(expected):>6} entries, {reader}: {'the means of the sketches' if equal else 'OTHER VALUES'}")
    if arguments.quantizer:
        model = arguments.folder / "model.gguf"
        write_model(arguments.model, model)
        errors = quantize(arguments.quantizer, model, arguments.folder, expected)
        used = errors["gguf"] < errors["none"] and abs(errors["dat"] / errors["gguf"] - 1) < 1e-3
        right = right and used
        print(f"llama-quantize Q4_0: weighted error {errors['none']:.5g} without a matrix, {errors['gguf']:.5g} with .gguf, "
              f"{errors['dat']:.5g} with .dat: {'used' if used else 'NOT USED'}")
    return right


def main():
    parser = argparse.ArgumentParser(prog="imatrix.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    cut = commands.add_parser("corpus")
    cut.add_argument("text", type=pathlib.Path)
    cut.add_argument("out", type=pathlib.Path)
    compare = commands.add_parser("check")
    compare.add_argument("model", type=pathlib.Path)
    compare.add_argument("sketches", type=pathlib.Path)
    compare.add_argument("folder", type=pathlib.Path)
    compare.add_argument("--quantizer", type=pathlib.Path)
    arguments = parser.parse_args()
    if arguments.command == "corpus":
        corpus(arguments.text, arguments.out)
    else:
        sys.exit(0 if check(arguments) else 1)


main()
