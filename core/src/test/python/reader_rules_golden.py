#!/usr/bin/env python3
"""How readers hold entries of a config against the names of modules: the goldens of ReaderRulesTest.

  python reader_rules_golden.py ../resources/export/reader-rules.json     (transformers 5.23.0, compressed-tensors 0.20.0)
"""
import json, pathlib, sys
import torch
from compressed_tensors.utils.match import is_match
from transformers.quantizers.quantizers_utils import should_convert_module

MODULES = ["score", "score2", "model.score", "lm_head", "language_model.lm_head", "model.layers.1.mlp.gate", "model.layers.1.mlp.gate_proj",
           "model.layers.10.mlp.gate_proj", "layers.1.mlp.gate_proj", "model.language_model.layers.1.mlp.gate_proj", "vision_tower",
           "vision_tower.head", "vision_tower2.head", "model.vision_tower.encoder.layers.1.mlp.gate_proj", "my.vision_tower.head", "Linear"]
ENTRIES = ["score", "lm_head", "Linear", "Module", "re:^Linear$", "re:.*score\\..*", "re:^score$", "re:score", "layers.1.mlp.gate_proj", "model.layers.1.mlp.gate",
           "re:^(?:.*\\.)?layers\\.1\\.mlp\\.(?:gate_proj|gate_up_proj)$", "re:^(?:model\\.)?vision_tower(?:\\.|$)", "re:^(?:.*\\.)?lm_head$", "vision_tower",
           "model.vision_tower"]


def main(out):
    linear = torch.nn.Linear(1, 1)
    rows = [{"entry": entry, "compressed-tensors": [m for m in MODULES if is_match(m, linear, entry)]} for entry in ENTRIES]
    for row in rows:
        if not row["entry"].startswith("re:"):
            row["transformers"] = [m for m in MODULES if not should_convert_module(m, [row["entry"]])]
    out.write_text(json.dumps({"modules": MODULES, "rows": rows}, indent=1) + "\n")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
