"""Golden files of generation: what transformers writes behind prompts, and what its logits processors leave.

  python generation_golden.py core/src/test/resources/onnx core/src/test/resources/generate

greedy.json: for each model of architecture_goldens.py and llama_goldens.py two prompts, the tokens that follow (greedy, with
a cache, none of them a stop) and their log-probabilities, fp32, eager attention. sampling.json: logits, the settings, tokens
that stay and their probabilities, by the processors of transformers in its order. Made with transformers 5.24.0, torch 2.15.0.
"""

import json
import pathlib
import sys

import torch
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM, GenerationConfig, LogitsProcessorList
from transformers.generation.logits_process import (
    MinPLogitsWarper, RepetitionPenaltyLogitsProcessor, TemperatureLogitsWarper, TopKLogitsWarper, TopPLogitsWarper)

TOKENS = 40
models, out = map(pathlib.Path, sys.argv[1:3])
torch.set_num_threads(1)


@torch.no_grad()
def continued(model, prompt):
    config = GenerationConfig(max_new_tokens=TOKENS, min_new_tokens=TOKENS, do_sample=False, eos_token_id=None, pad_token_id=0)
    result = model.generate(torch.tensor([prompt]), generation_config=config, return_dict_in_generate=True, output_logits=True)
    tokens = result.sequences[0, len(prompt):].tolist()
    logs = [float(torch.log_softmax(logits[0].double(), -1)[token]) for logits, token in zip(result.logits, tokens)]
    gaps = [float(logits[0].topk(2).values.diff().abs()) for logits in result.logits]
    return {"prompt": prompt, "tokens": tokens, "log_probabilities": logs, "least_gap": min(gaps)}


def greedy():
    golden = {}
    for folder in sorted(models.iterdir()):
        if not (folder / "golden.safetensors").exists() or folder.name == "gemma3":  # the same decoder as gemma3_text
            continue
        ids = load_file(folder / "golden.safetensors")["ids"]
        model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()
        model.generation_config = GenerationConfig(pad_token_id=0)
        golden[folder.name] = [continued(model, ids[0, :12].tolist()), continued(model, ids[1, 3:8].tolist())]
        print(folder.name, [round(g["least_gap"], 5) for g in golden[folder.name]])
    return golden


def sampling():
    torch.manual_seed(20261129)
    cases = []
    for temperature, top_k, top_p, min_p, penalty in [
        (1.0, 0, 1.0, 0.0, 1.0), (0.7, 0, 1.0, 0.0, 1.0), (1.0, 5, 1.0, 0.0, 1.0), (1.0, 0, 0.8, 0.0, 1.0), (1.5, 0, 1.0, 0.1, 1.0),
        (0.8, 9, 0.9, 0.05, 1.3), (1.0, 6, 0.6, 0.0, 1.0), (2.0, 0, 0.95, 0.2, 0.8), (0.3, 0, 0.5, 0.0, 1.1)]:
        logits = (3 * torch.randn(1, 24)).float()
        seen = torch.tensor([[1, 4, 4, 17]])
        steps = [RepetitionPenaltyLogitsProcessor(penalty)] if penalty != 1 else []
        steps += [TemperatureLogitsWarper(temperature)] if temperature != 1 else []
        steps += [TopKLogitsWarper(top_k)] if top_k else []
        steps += [TopPLogitsWarper(top_p)] if top_p < 1 else []
        steps += [MinPLogitsWarper(min_p)] if min_p else []
        probabilities = torch.softmax(LogitsProcessorList(steps)(seen, logits.clone())[0].double(), -1)
        kept = probabilities.nonzero()[:, 0].tolist()
        cases.append({"temperature": temperature, "top_k": top_k, "top_p": top_p, "min_p": min_p, "repetition_penalty": penalty,
                      "logits": logits[0].tolist(), "seen": seen[0].tolist(), "kept": kept,
                      "probabilities": [float(probabilities[k]) for k in kept]})
    return cases


out.mkdir(exist_ok=True)
(out / "greedy.json").write_text(json.dumps(greedy(), indent=1) + "\n")
(out / "sampling.json").write_text(json.dumps(sampling()) + "\n")
