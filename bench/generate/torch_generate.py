"""The lines of GenerationBenchmark by transformers: tokens a second of prompts and of single steps, with its own cache.

  python torch_generate.py MODEL THREADS REPETITIONS SEQUENCES…     (torch, transformers)
"""
import sys
import time

import torch
import transformers
from transformers import AutoModelForCausalLM, DynamicCache

PROMPT, STEPS, WARM = 512, 48, 4
model = AutoModelForCausalLM.from_pretrained(sys.argv[1], dtype=torch.float32).eval()
torch.set_num_threads(int(sys.argv[2]))
for sequences in map(int, sys.argv[4:]):
    prefill = decode = float("inf")
    for _ in range(int(sys.argv[3])):
        with torch.inference_mode():
            prompt = torch.tensor([[(7 * i + 3) % model.config.vocab_size for i in range(PROMPT)]] * sequences)
            cache = DynamicCache(config=model.config)
            begin = time.perf_counter()
            model(prompt, past_key_values=cache, logits_to_keep=1)
            prefill = min(prefill, time.perf_counter() - begin)
            for step in range(WARM + STEPS):
                if step == WARM:
                    begin = time.perf_counter()
                model(torch.full((sequences, 1), 5 + step), past_key_values=cache)
            decode = min(decode, time.perf_counter() - begin)
    print(f"| transformers {transformers.__version__}, torch {torch.__version__}, fp32 | {sequences} | "
          f"{sequences * PROMPT / prefill:.0f} | {sequences * STEPS / decode:.1f} |", flush=True)
