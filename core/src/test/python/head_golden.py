#!/usr/bin/env python3
"""What transformers takes for embedding, output head and decoder where config.json and the tensors say different things.

  python head_golden.py ../resources/onnx      (torch 2.15.0, transformers 5.23.0, safetensors 0.8.0, CPU)

Writes heads.json there: for each case the tensors that transformers does not find, and else the first logits behind the last
token. A case is a golden checkpoint of the same folder with flags put in or taken out, embedding or head taken out, and other
names; HeadChoiceTest makes the same ones. Writes flags.json: what transformers makes of tie_word_embeddings by model type.
"""
import itertools, json, pathlib, shutil, sys, tempfile
import torch
from safetensors import safe_open
from safetensors.torch import save_file
from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForImageTextToText

ROOT = pathlib.Path(sys.argv[1])
IDS = [11, 17, 30, 42, 8, 9]
SHOWN = 8
FLAGS = {"true": True, "false": False, "absent": None}
NAMES = {
    "llama": {"stored": ("model.", "lm_head."), "bare": ("", "lm_head."), "twice": ("model.model.", "model.lm_head."),
              "head_below": ("model.", "model.lm_head.")},
    "gemma2": {"stored": ("model.", "lm_head.")},
    "gemma3": {"stored": ("language_model.model.", "language_model.lm_head."), "since_5": ("model.language_model.", "lm_head."),
               "no_model": ("language_model.", "lm_head."), "both": ("model.language_model.model.", "model.lm_head.")},
}


def setting(config, flag):
    config.pop("tie_word_embeddings", None)
    if FLAGS[flag] is not None:
        config["tie_word_embeddings"] = FLAGS[flag]


def case(base, flag, text, stored, names):
    """Config and tensors. The head is half the embedding where they differ."""
    config = json.loads((ROOT / base / "config.json").read_text())
    setting(config, flag)
    if "text_config" in config:
        setting(config["text_config"], text)
    with safe_open(str(ROOT / base / "model.safetensors"), "pt") as f:
        tensors = {name: f.get_tensor(name) for name in f.keys()}
    decoder, head = NAMES[base]["stored"]
    embedding = tensors.pop(decoder + "embed_tokens.weight")
    tensors.pop(head + "weight", None)
    if stored != "head":
        tensors[decoder + "embed_tokens.weight"] = embedding
    if stored != "embedding":
        tensors[head + "weight"] = embedding.clone() if stored == "equal" else embedding * 0.5
    to_decoder, to_head = NAMES[base][names]
    renamed = {}
    for name, tensor in tensors.items():
        if name.startswith(decoder):
            name = to_decoder + name[len(decoder):]
        elif name.startswith(head):
            name = to_head + name[len(head):]
        renamed[name] = tensor
    return config, renamed


@torch.no_grad()
def load(base, config, tensors):
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "config.json").write_text(json.dumps(config))
        save_file({k: v.contiguous() for k, v in tensors.items()}, str(folder / "model.safetensors"), {"format": "pt"})
        auto = AutoModelForImageTextToText if base == "gemma3" else AutoModelForCausalLM
        model, info = auto.from_pretrained(folder, dtype=torch.float32, output_loading_info=True, attn_implementation="eager")
    if info["missing_keys"]:
        return {"missing": sorted(info["missing_keys"])}
    logits = model.eval()(torch.tensor([IDS])).logits[0, -1, :SHOWN]
    return {"logits": [round(float(x), 5) for x in logits]}


cases = {}
for base in NAMES:
    texts = FLAGS if base == "gemma3" else ["absent"]
    for flag, text, stored in itertools.product(FLAGS, texts, ("equal", "differ", "embedding", "head")):
        cases[f"{base} {flag} {text} {stored} stored"] = load(base, *case(base, flag, text, stored, "stored"))
    for names in list(NAMES[base])[1:]:
        cases[f"{base} false false differ {names}"] = load(base, *case(base, "false", "false", "differ", names))
(ROOT / "heads.json").write_text(
    "{\n" + ",\n".join(f"  {json.dumps(k)}: {json.dumps(v)}" for k, v in cases.items()) + "\n}\n")

flags = {}
for kind in ("llama", "mistral", "qwen2", "qwen3", "gemma2", "gemma3_text", "phi3"):
    for flag in FLAGS:
        config = {}
        setting(config, flag)
        flags[f"{kind} {flag} -"] = AutoConfig.for_model(kind, **config).tie_word_embeddings
for kind, part in (("gemma3", "gemma3_text"), ("llava", "llama"), ("llava_next", "mistral"), ("mistral3", "mistral")):
    for flag, text in itertools.product(FLAGS, FLAGS):
        config = {"text_config": {"model_type": part}}
        setting(config, flag)
        setting(config["text_config"], text)
        flags[f"{kind} {flag} {text}"] = AutoConfig.for_model(kind, **config).tie_word_embeddings
(ROOT / "flags.json").write_text("{\n" + ",\n".join(f"  {json.dumps(k)}: {json.dumps(v)}" for k, v in flags.items()) + "\n}\n")
