#!/usr/bin/env python3
"""A small random checkpoint of every decoder family, and what transformers computes with it.

  python architecture_goldens.py ../resources/onnx      (torch 2.15.0, transformers 5.23.0, safetensors 0.8.0, CPU)
  python architecture_goldens.py OUT --only qwen3 gemma2 --tokenizer MODEL

Writes a model folder each, as transformers saves it, with golden.safetensors beside it: residual stream in front of each
block and behind the last, logits of the first sequence, sums of all roles. Sequences are longer than the windows. Weights
are scaled so that every control of ArchitectureExactnessTest moves a block's output far more than the gate.
With --tokenizer the vocabulary is that of another folder, whose tokenizer takes the place of the golden tensors: small
models to run end to end.
"""
import argparse, json, os, pathlib, shutil
import torch
from safetensors.torch import save_file
from transformers import (AutoModelForCausalLM, Gemma2Config, Gemma3Config, Gemma3ForConditionalGeneration, Gemma3TextConfig,
                          LlamaConfig, MistralConfig, Phi3Config, Qwen2Config, Qwen3Config, SiglipVisionConfig)

SEQUENCES, LENGTH, WINDOW = 2, 32, 10
ROLES = {"attention_input": ("self_attn.q_proj", "self_attn.qkv_proj"), "attention_output": ("self_attn.o_proj",),
         "mlp_input": ("mlp.gate_proj", "mlp.gate_up_proj"), "mlp_output": ("mlp.down_proj",)}


def families(vocabulary):
    """Name to (config, type of the file). Between them: every feature of the families, heads of several sizes."""
    common = dict(vocab_size=vocabulary, hidden_size=64, intermediate_size=96, num_hidden_layers=2, num_attention_heads=4,
                  num_key_value_heads=2, max_position_embeddings=64, rms_norm_eps=1e-5, bos_token_id=1, eos_token_id=2,
                  pad_token_id=0)
    plain = {"rope_type": "default", "rope_theta": 500.0}
    windows = ["sliding_attention", "full_attention"]
    return {
        "llama-yarn": (LlamaConfig(**common, head_dim=16, attention_bias=True, mlp_bias=True, tie_word_embeddings=True,
                                   rope_parameters={"rope_type": "yarn", "rope_theta": 500.0, "factor": 4.0, "beta_fast": 1.0,
                                                    "beta_slow": 0.1, "original_max_position_embeddings": 16}), torch.float16),
        "llama-llama3": (LlamaConfig(**common, head_dim=16, tie_word_embeddings=True,
                                     rope_parameters={"rope_type": "llama3", "rope_theta": 500.0, "factor": 8.0, "low_freq_factor": 1.0,
                                                      "high_freq_factor": 4.0, "original_max_position_embeddings": 16}), torch.float16),
        "llama-linear": (LlamaConfig(**common, head_dim=16, tie_word_embeddings=True,
                                     rope_parameters={"rope_type": "linear", "rope_theta": 500.0, "factor": 2.0}), torch.float16),
        "mistral": (MistralConfig(**common, head_dim=20, sliding_window=WINDOW, rope_parameters=plain), torch.float16),
        "qwen2": (Qwen2Config(**common, use_sliding_window=True, sliding_window=WINDOW, max_window_layers=1,
                              tie_word_embeddings=True, rope_parameters=plain), torch.bfloat16),
        "qwen3": (Qwen3Config(**common, head_dim=40, tie_word_embeddings=True, rope_parameters=plain), torch.bfloat16),
        "gemma2": (Gemma2Config(**common, head_dim=24, query_pre_attn_scalar=40, attn_logit_softcapping=3.0,
                                final_logit_softcapping=2.0, sliding_window=WINDOW, layer_types=windows, rope_parameters=plain),
                   torch.bfloat16),
        "gemma3_text": (Gemma3TextConfig(**common, head_dim=32, query_pre_attn_scalar=20, sliding_window=WINDOW, layer_types=windows,
                                         rope_parameters={"full_attention": {"rope_type": "linear", "factor": 8.0, "rope_theta": 5000.0},
                                                          "sliding_attention": {"rope_type": "default", "rope_theta": 50.0}}),
                        torch.bfloat16),
        "phi3": (Phi3Config(**common, sliding_window=WINDOW, original_max_position_embeddings=16,
                            rope_parameters={"rope_type": "longrope", "rope_theta": 500.0, "partial_rotary_factor": 0.75,
                                             "short_factor": [1.0, 1.1, 1.2, 1.3, 1.4, 1.5], "long_factor": [1.0, 1.5, 2.0, 3.0, 4.0, 5.0]}),
                 torch.float16),
    }


@torch.no_grad()
def randomize(model, dtype):
    """Peaked attention, norms away from 1, biases that matter; every value one that the file holds."""
    gemma = "gemma" in model.config.model_type
    for name, p in model.named_parameters():
        noise = torch.randn_like(p)
        if "q_norm" in name or "k_norm" in name:
            p.copy_((1 if gemma else 2) + 0.3 * noise)
        elif "norm" in name:
            p.copy_((0 if gemma else 1) + 0.3 * noise)
        elif "embed_tokens" in name:
            p.copy_((0.2 if gemma else 1) * noise)
        elif name.endswith("bias"):
            p.copy_(0.5 * noise)
        else:
            p.copy_(0.25 * noise)
        p.copy_(p.to(dtype).float())


def sums(key, x):
    """Sums in float64, apart for positions 1.. and position 0."""
    x = x.double()
    parts = {"later": x[:, 1:].reshape(-1, x.shape[-1]), "first": x[:, 0]}
    return {f"{key}.{part}": torch.stack([v.abs().sum(0), v.sum(0), v.square().sum(0), v.abs().amax(0)]).float().contiguous()
            for part, v in parts.items()}


@torch.no_grad()
def record(model, decoder, ids):
    """Everything the tests compare with."""
    golden, states, hooks = {"ids": ids.int()}, [], []
    for b, block in enumerate(decoder.layers):
        modules = dict(block.named_modules())
        for role, paths in ROLES.items():
            reader = next(modules[path] for path in paths if path in modules)
            hooks.append(reader.register_forward_hook(lambda m, i, o, k=f"block{b}.{role}": golden.update(sums(k, i[0]))))
        hooks.append(block.register_forward_pre_hook(
            lambda m, a, k: states.append((a[0] if a else k["hidden_states"]).clone()), with_kwargs=True))
    hooks.append(decoder.norm.register_forward_pre_hook(lambda m, a: states.append(a[0].clone())))
    golden["logits"] = model(input_ids=ids, use_cache=False).logits[0].contiguous()
    for h in hooks:
        h.remove()
    golden.update({f"hidden.{b}": s.contiguous() for b, s in enumerate(states)})
    return golden


def save(model, folder, dtype, golden, tokenizer):
    os.makedirs(folder, exist_ok=True)
    model.to(dtype).save_pretrained(folder)
    (folder / "generation_config.json").unlink(missing_ok=True)
    if tokenizer:
        for file in ("tokenizer.json", "tokenizer_config.json"):
            shutil.copy(tokenizer / file, folder)
    else:
        save_file(golden, folder / "golden.safetensors")
    print(f"{folder.name}: {sum(f.stat().st_size for f in folder.iterdir()) // 1024} KiB")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--only", nargs="+", help="families to write")
    parser.add_argument("--tokenizer", type=pathlib.Path, help="folder whose tokenizer the models get")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    vocabulary = 96
    if arguments.tokenizer:
        vocabulary = json.loads((arguments.tokenizer / "config.json").read_text())["vocab_size"]
    for number, (name, (config, dtype)) in enumerate(families(vocabulary).items()):
        wraps = name == "gemma3_text" and (not arguments.only or "gemma3" in arguments.only)
        if arguments.only and name not in arguments.only and not wraps:
            continue
        torch.manual_seed(20261122 + number)
        ids = torch.randint(3, vocabulary, (SEQUENCES, LENGTH))
        model = AutoModelForCausalLM.from_config(config, attn_implementation="eager", dtype=torch.float32).eval()
        randomize(model, dtype)
        golden = record(model, model.model, ids)
        if name == "phi3":  # within the original context other factors hold
            golden["short"] = record(model, model.model, ids[:, :12])["hidden.2"]
        if wraps:
            save(wrapped(model, golden), arguments.out / "gemma3", dtype,
                 {k: golden[k] for k in ("ids", "logits", "hidden.2")}, arguments.tokenizer)
        if not arguments.only or name in arguments.only:
            save(model, arguments.out / name, dtype, golden, arguments.tokenizer)


def wrapped(text, golden):
    """The same decoder inside a model that also sees."""
    vision = SiglipVisionConfig(hidden_size=16, intermediate_size=16, num_hidden_layers=1, num_attention_heads=2, image_size=16, patch_size=8)
    config = Gemma3Config(text_config=text.config.to_dict(), vision_config=vision.to_dict(), mm_tokens_per_image=4,
                          boi_token_index=5, eoi_token_index=6, image_token_index=7)
    model = Gemma3ForConditionalGeneration._from_config(config, attn_implementation="eager", dtype=torch.float32).eval()
    model.model.language_model.load_state_dict(text.model.state_dict())
    model.tie_weights()
    with torch.no_grad():
        found = model(input_ids=golden["ids"].long(), use_cache=False).logits[0]
    print(f"the wrapper's logits differ by {(found - golden['logits']).abs().max().item():.1e}")
    return model


main()
