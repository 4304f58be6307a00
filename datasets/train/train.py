#!/usr/bin/env python3
"""Trains a model of the demo family and writes it as a Hugging Face folder; goes on where an interrupted run stopped.

  train.py --model tiny|small [--out DIR] [--work DIR] [--steps N] [--device cpu|cuda]

The weights are bf16 with an fp32 master copy. The rate is warmed up, constant for 60 % of the
steps, then decays as a square to 0.
"""
import argparse
import csv
import json
import time
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer

import text
from model import Llama, Shape, config, positions
from muon import Muon

HERE = Path(__file__).resolve().parent
SEED = 20261122
WARMUP = 80  # steps
DECAY = 0.4  # share of the steps, at the end
LOG_EVERY = 50
SAVE_EVERY = 200
SHORT, LONG = 512, 2048
LONG_EVERY = 10  # one step in ten is on windows as long as the model allows
HELDOUT_WINDOWS = 64


@dataclass(frozen=True)
class Recipe:
    shape: Shape
    rate: float
    steps: int
    tokens: int  # a step
    dtype: torch.dtype
    rope: str  # where config.json says the rotary base
    grown_from: str | None = None


RECIPES = {
    "tiny": Recipe(Shape(hidden=128, mlp=384, heads=4, kv_heads=2), 3e-3, 3600, 4096, torch.float16, "rope_parameters"),
    "small": Recipe(Shape(hidden=256, mlp=640, heads=8, kv_heads=4), 3e-3, 5400, 4096, torch.bfloat16, "rope_theta", "tiny"),
}


def rate(step, steps, peak):
    decay = round(steps * (1 - DECAY))
    if step < WARMUP:
        return peak * (step + 1) / WARMUP
    if step < decay:
        return peak
    return peak * ((steps - step) / (steps - decay)) ** 2


class Trainer:
    """The model in bf16, its fp32 master copy and the optimizer's state."""

    def __init__(self, recipe, device):
        torch.manual_seed(SEED)
        self.recipe = recipe
        self.device = device
        self.model = Llama(recipe.shape).to(device)
        self.master = {name: p.detach().clone().requires_grad_() for name, p in self.model.named_parameters()}
        self.model.bfloat16()
        # Muon for the matrices inside blocks: 1,700 steps of AdamW, with decay, ended at a held-out loss of 4.170; 1,000
        # of this are at 4.136 before any decay.
        # Only they decay: decaying norms and embeddings would flatten the outlier channels.
        matrices = [p for name, p in self.master.items() if p.dim() == 2 and "embed" not in name]
        others = [p for name, p in self.master.items() if p.dim() != 2 or "embed" in name]
        self.optimizers = [
            Muon(matrices, weight_decay=0.05),
            torch.optim.AdamW(others, lr=0.0, weight_decay=0.0, betas=(0.9, 0.95), fused=True),
        ]
        self.run = torch.compile(self.model, dynamic=False)
        self.tables = {
            length: [table.to(device) for table in positions(recipe.shape, length, torch.bfloat16)] for length in (SHORT, LONG)
        }

    @torch.no_grad()
    def grow(self, smaller):
        """Puts a trained model of the same head size into the leading channels, heads and neurons; the rest stays random.

        The new channels begin near zero, so the mean square that a norm divides by falls as the width grows.
        """
        for name, p in self.master.items():
            old = smaller[f"model.{name}"].float().to(self.device)
            shrink = (len(old) / len(p)) ** 0.5 if p.dim() == 1 else 1.0
            p[tuple(slice(size) for size in old.shape)] = old * shrink
        self.copy_master()

    def loss(self, tokens, targets):
        return self.run(tokens.to(self.device), targets.to(self.device), *self.tables[tokens.shape[1]])

    def step(self, tokens, targets, learning_rate):
        loss = self.loss(tokens, targets)
        loss.backward()
        for name, p in self.model.named_parameters():
            self.master[name].grad = p.grad.float()
            p.grad = None
        torch.nn.utils.clip_grad_norm_(self.master.values(), 1.0)
        for optimizer in self.optimizers:
            for group in optimizer.param_groups:
                group["lr"] = learning_rate
            optimizer.step()
        self.copy_master()
        return loss.item()

    @torch.no_grad()
    def copy_master(self):
        for name, p in self.model.named_parameters():
            p.copy_(self.master[name])

    @torch.no_grad()
    def heldout_loss(self, tokens):
        size = self.recipe.tokens // SHORT  # the shape that is compiled already
        count = HELDOUT_WINDOWS // size
        return sum(self.loss(x, y).item() for x, y in text.fixed_windows(tokens, size, SHORT, count)) / count


def save_checkpoint(path, trainer, steps, step, seconds, log):
    state = {
        "master": {name: p.detach() for name, p in trainer.master.items()},
        "optimizers": [optimizer.state_dict() for optimizer in trainer.optimizers],
        "steps": steps, "step": step, "seconds": seconds, "log": log,
    }
    partial = path.with_suffix(".partial")
    torch.save(state, partial)
    partial.rename(path)


def load_checkpoint(path, trainer, steps):
    """(step, seconds, log rows) of the interrupted run, or of none."""
    if not path.exists():
        return 0, 0.0, []
    state = torch.load(path, weights_only=True, map_location=trainer.device)
    if state["steps"] != steps and state["step"] > (1 - DECAY) * min(steps, state["steps"]):
        raise SystemExit(f"{path} has begun to decay towards {state['steps']} steps: keep --steps or remove the file.")
    with torch.no_grad():
        for name, p in trainer.master.items():
            p.copy_(state["master"][name])
    for optimizer, saved in zip(trainer.optimizers, state["optimizers"], strict=True):
        optimizer.load_state_dict(saved)
    trainer.copy_master()
    return state["step"], state["seconds"], state["log"]


def write_model(out, recipe, master):
    tensors = {f"model.{name}": p.detach().to("cpu", recipe.dtype).contiguous() for name, p in master.items()}
    save_file(tensors, out / "model.safetensors", metadata={"format": "pt"})
    dtype = str(recipe.dtype).removeprefix("torch.")
    generation = {"bos_token_id": 0, "eos_token_id": [0, 3], "pad_token_id": 1}
    for name, content in (("config", config(recipe.shape, dtype, recipe.rope)), ("generation_config", generation)):
        (out / f"{name}.json").write_text(json.dumps(content, indent=2) + "\n")


def write_log(path, log, device):
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["step", "tokens", "rate", "training_loss", "heldout_loss", f"{device}_seconds"])
        writer.writerows(log)


def train(name, out, work, log_folder, steps, device):
    recipe = RECIPES[name]
    steps = steps or recipe.steps
    work.mkdir(parents=True, exist_ok=True)
    tokenizer = Tokenizer.from_file(str(out / "tokenizer.json"))
    tokens = text.stream(tokenizer, text.files(HERE / "text", ".jsonl.gz"), chat=True)
    heldout = text.stream(tokenizer, text.files(HERE.parent / "heldout", ".jsonl"))
    trainer = Trainer(recipe, device)
    checkpoint = work / f"foresight-{name}.pt"
    log_file = log_folder / f"foresight-{name}.csv"
    if recipe.grown_from:
        trainer.grow(load_file(HERE.parent / "models" / f"foresight-{recipe.grown_from}" / "model.safetensors"))
    done, before, log = load_checkpoint(checkpoint, trainer, steps)
    print(f"{sum(p.numel() for p in trainer.master.values())} parameters, {len(tokens)} tokens of text, steps {done} to {steps}", flush=True)
    # Of all threads, so that other load does not count; a GPU's work does not show there.
    clock = time.process_time if device == "cpu" else time.perf_counter
    start, losses = clock(), []
    ends = round(0.9 * steps), steps  # what the last tenth gains is read from these two
    for step in range(done, steps):
        length = LONG if step % LONG_EVERY == LONG_EVERY - 1 else SHORT
        x, y = text.batch(tokens, SEED, step, recipe.tokens // length, length)
        losses.append(trainer.step(x, y, rate(step, steps, recipe.rate)))
        count = step + 1
        if count % LOG_EVERY == 0 or count in ends:
            evaluate = count % SAVE_EVERY == 0 or count in ends
            row = [count, count * recipe.tokens, f"{rate(step, steps, recipe.rate):.3e}", f"{sum(losses) / len(losses):.4f}",
                   f"{trainer.heldout_loss(heldout):.5f}" if evaluate else "", round(before + clock() - start)]
            log.append(row)
            losses = []
            print(*row, flush=True)
        if count % SAVE_EVERY == 0 or count == steps:
            save_checkpoint(checkpoint, trainer, steps, count, before + clock() - start, log)
            write_log(log_file, log, device)
            write_model(out, recipe, trainer.master)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", choices=RECIPES, required=True)
    parser.add_argument("--out", type=Path, help="folder with tokenizer.json; takes the log as well; default: ../models/foresight-MODEL, log in logs/")
    parser.add_argument("--work", type=Path, default=HERE.parents[1] / "target" / "train", help="where the checkpoint is kept")
    parser.add_argument("--steps", type=int, help="another number of steps than the recipe's")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    out = given.out or HERE.parent / "models" / f"foresight-{given.model}"
    if not (out / "tokenizer.json").exists():
        raise SystemExit(f"{out} has no tokenizer.json: run train_tokenizer.py {out} first.")
    train(given.model, out, given.work, given.out or HERE / "logs", given.steps, given.device)


if __name__ == "__main__":
    main()
