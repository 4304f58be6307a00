#!/usr/bin/env python3
"""What transformers makes of a tokenizer whose files contradict each other: the goldens of TokenizerFilesTest.

  python tokenizer_golden.py TINY ../resources/text/tokenizers.json       (transformers 5.23.0, tokenizers 0.23.3)

TINY is the folder of the demo model. A case replaces keys of its tokenizer.json and says what stands in
the files beside it; the golden is what AutoTokenizer then makes of a text, and what it calls BOS and EOS.
"""
import json, pathlib, shutil, sys, tempfile
from transformers import AutoTokenizer

END, PAD, START = "<|endoftext|>", "<|pad|>", "<|im_start|>"
IDS = {END: 0, PAD: 1, START: 2}
TEXT = "Hello there, two  spaces."
BYTES = {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": False, "use_regex": True}


def template(before=(), after=()):
    piece = lambda token: {"SpecialToken": {"id": token, "type_id": 0}}
    text = {"Sequence": {"id": "A", "type_id": 0}}
    return {"type": "TemplateProcessing", "single": [*map(piece, before), text, *map(piece, after)],
            "pair": [text, {"Sequence": {"id": "B", "type_id": 1}}],
            "special_tokens": {t: {"id": t, "ids": [IDS[t]], "tokens": [t]} for t in (*before, *after)}}


def token(text):
    return {"content": text, "lstrip": False, "normalized": False, "rstrip": False, "single_word": False}


POST = "post_processor"
CASES = {
    "BOS in front, named nowhere": ({POST: template([END])}, {}, None),
    "BOS in front, named only by the map": ({POST: template([END])}, {}, {"bos_token": END}),
    "BOS in front, another one named": ({POST: template([END])}, {"bos_token": PAD}, None),
    "BOS in front, null named": ({POST: template([END])}, {"bos_token": None}, None),
    "BOS in front, told not to": ({POST: template([END])}, {"bos_token": END, "add_bos_token": False}, None),
    "nothing in front, told to": ({POST: BYTES}, {"bos_token": END, "add_bos_token": True, "add_eos_token": True, "eos_token": END}, None),
    "EOS behind": ({POST: template([], [PAD])}, {}, None),
    "two in front, one behind": ({POST: template([END, START], [PAD])}, {"eos_token": END}, None),
    "a sequence of processors": ({POST: {"type": "Sequence", "processors": [BYTES, template([END])]}}, {}, None),
    "BERT's processor": ({POST: {"type": "BertProcessing", "sep": [PAD, 1], "cls": [END, 0]}}, {}, None),
    "names in the map alone": ({}, {}, {"bos_token": PAD, "eos_token": token(START)}),
    "names in both": ({}, {"bos_token": END, "eos_token": END}, {"bos_token": PAD, "eos_token": START}),
    "map beside newer files": ({}, {"eos_token": END, "added_tokens_decoder": {"0": token(END)}}, {"eos_token": PAD}),
    "map with null": ({}, {"eos_token": END}, {"eos_token": None}),
    "truncation and padding saved": ({"truncation": {"direction": "Right", "max_length": 2, "strategy": "LongestFirst", "stride": 0},
                                      "padding": {"strategy": {"Fixed": 64}, "direction": "Right", "pad_to_multiple_of": None, "pad_id": 1, "pad_type_id": 0, "pad_token": PAD}}, {}, None),
    "length limit": ({}, {"model_max_length": 2}, None),
}


def main(tiny, out):
    original = json.loads((tiny / "tokenizer.json").read_text())
    rows = []
    for name, (changes, config, names) in CASES.items():
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            shutil.copy(tiny / "config.json", folder)
            (folder / "tokenizer.json").write_text(json.dumps({**original, **changes}))
            config = {"tokenizer_class": "PreTrainedTokenizerFast", **config}
            (folder / "tokenizer_config.json").write_text(json.dumps(config))
            if names is not None:
                (folder / "special_tokens_map.json").write_text(json.dumps(names))
            tokenizer = AutoTokenizer.from_pretrained(folder)
            rows.append({"name": name, "tokenizer": changes, "config": config, "map": names, "text": TEXT,
                         "ids": tokenizer(TEXT).input_ids, "bos": tokenizer.bos_token, "eos": tokenizer.eos_token})
    out.write_text("[\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]\n")


if __name__ == "__main__":
    main(*map(pathlib.Path, sys.argv[1:]))
