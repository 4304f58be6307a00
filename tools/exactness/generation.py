"""What transformers writes greedily behind prompts, for tools/exactness/generation: greedy.json into each model folder.

  python generation.py TOKENS MODEL…     a folder without a tokenizer gets random prompts
"""

import json
import pathlib
import sys

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, GenerationConfig

TEXTS = ["The sky is blue because", "def fibonacci(n):\n", "In the year 1848, the city of", "Zwei Dinge sind unendlich:"]
count = int(sys.argv[1])


def prompts(folder, vocabulary):
    if (folder / "tokenizer.json").exists():
        tokenizer = AutoTokenizer.from_pretrained(folder)
        return [tokenizer(text)["input_ids"] for text in TEXTS]
    torch.manual_seed(29)
    return [torch.randint(3, vocabulary, (length,)).tolist() for length in (12, 5, 1)]


@torch.no_grad()
def continued(model, prompt):
    config = GenerationConfig(max_new_tokens=count, min_new_tokens=count, do_sample=False, eos_token_id=None, pad_token_id=0)
    result = model.generate(torch.tensor([prompt]), generation_config=config, return_dict_in_generate=True, output_logits=True)
    tokens = result.sequences[0, len(prompt):].tolist()
    logs = [float(torch.log_softmax(logits[0].double(), -1)[token]) for logits, token in zip(result.logits, tokens)]
    gaps = [float(logits[0].topk(2).values.diff().abs()) for logits in result.logits]
    return {"prompt": prompt, "tokens": tokens, "log_probabilities": logs, "least_gap": min(gaps)}


for folder in map(pathlib.Path, sys.argv[2:]):
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()
    model.generation_config = GenerationConfig(pad_token_id=0)
    written = [continued(model, prompt) for prompt in prompts(folder, model.config.vocab_size)]
    (folder / "greedy.json").write_text(json.dumps(written))
