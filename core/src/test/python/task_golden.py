#!/usr/bin/env python3
"""What lm-evaluation-harness makes of a few rows of every task, with the random checkpoint of llama_goldens.py.

  python task_golden.py ../resources        (lm-eval 0.4.13, torch 2.15.0, transformers 5.23.0, tokenizers 0.23.3, CPU)

Writes evaluate/task/plain and evaluate/task/bos (a byte-level tokenizer of 256 tokens, without and with a BOS in front) and
evaluate/task/expected.json: log-likelihoods, accuracies and standard errors of the rows in tools/interop/lm-eval-rows. The model
reads 128 tokens, so the longest rows are cut at the left.
"""
import json, pathlib, sys
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import LlamaForCausalLM, PreTrainedTokenizerFast

INTEROP = pathlib.Path(__file__).resolve().parents[4] / "tools" / "interop"
sys.path.insert(0, str(INTEROP))
import harness

out = pathlib.Path(sys.argv[1]).resolve()
torch.set_num_threads(1)
rows = {file.name.removesuffix("_rows.jsonl"): [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
        for file in sorted((INTEROP / "lm-eval-rows").glob("*_rows.jsonl"))}


def texts(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, dict)):
        for part in value.values() if isinstance(value, dict) else value:
            yield from texts(part)


def tokenizer(bos):
    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(vocab_size=256, special_tokens=["<pad>", "<s>", "</s>"], show_progress=False)
    made.train_from_iterator(list(texts(rows)) + ["Question: \nAnswer: no yes"], trainer)
    if bos:
        made.post_processor = processors.TemplateProcessing(single="<s> $A", special_tokens=[("<s>", 1)])
    return PreTrainedTokenizerFast(tokenizer_object=made, bos_token="<s>", eos_token="</s>", pad_token="<pad>")


model = LlamaForCausalLM.from_pretrained(out / "onnx" / "llama", dtype=torch.float32).eval()
expected = {}
for name in ("plain", "bos"):
    folder = out / "evaluate" / "task" / name
    folder.mkdir(parents=True, exist_ok=True)
    made = tokenizer(name == "bos")
    made.backend_tokenizer.save(str(folder / "tokenizer.json"))
    (folder / "tokenizer_config.json").write_text(json.dumps({"bos_token": "<s>", "eos_token": "</s>"}, indent=1) + "\n")
    expected[name] = harness.evaluate(model, made, rows)
(out / "evaluate" / "task" / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")
