#!/usr/bin/env python3
"""What Python makes of short templates: the goldens of TemplateGoldenTest.

  python template_golden.py ../resources/text/templates.json ../resources/text/fractions.json       (transformers 5.24.0, Jinja2 3.1.6, Python 3.11)

Each row is a group, a template and what render_jinja_template of transformers writes for MESSAGES, or null where Python
refuses the template or the conversation. The second file holds fractions by their bits and how Python writes and rounds
them.
"""
import json, pathlib, re, sys
from transformers.utils.chat_template_utils import render_jinja_template

MESSAGES = [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b's"}, {"role": "user", "content": "c"}]
EXPRESSIONS = {  # each between lines or bars
    "precedence": r"""
1 + 2 * 3 ¦ (1 + 2) * 3 ¦ 2 ** 3 ** 2 ¦ -2 ** 2 ¦ 2 ** -1 ¦ -3 | abs ¦ 1 - 2 - 3 ¦ 12 / 3 / 2 ¦ 7 // 2 * 2 ¦ 1 ~ 2 + 3
1 + 2 ~ 3 ¦ 1 ~ 2 * 3 ¦ 'a' ~ 'b' | upper ¦ not 1 == 2 ¦ not true or true ¦ true or false and false ¦ 1 < 2 == true
1 < 2 < 3 ¦ 3 > 2 > 2 ¦ 1 == 1.0 == true ¦ not 1 in [1] ¦ 1 in [1] and 2 not in [1] ¦ 'y' if 1 else 'n' if 0 else 'm'
('y' if 0) ~ '.' ¦ 1 if 0 else 2 if 0 else 3 ¦ - - 2 ¦ -1 + +2 ¦ 'a' 'b' "c" ¦ 1, 2 ¦ (1) ¦ (1,) ¦ () ¦ [1, 2,]
{'a': 1,} ¦ [] ¦ {} ¦ 1 is odd and 2 is even ¦ 1 is odd == true ¦ 4 is divisibleby 2 ¦ 4 is divisibleby(3)
not x is defined ¦ 2 is not odd ¦ 'a' is in ['a'] ¦ 1 + ¦ 1 2 ¦ [1 ¦ (1, 2 ¦ {'a'} ¦ {'a': } ¦ * 2 ¦ a b ¦ 'a
1 is odd is even ¦ 1 if ¦ not ¦ 1 and ¦ a. ¦ a[ ¦ a[] ¦ f( ¦ f(1 2) ¦ f(a=1, 2) ¦ f(a=1, a=2) ¦ x |  ¦ x is
""",
    "literals": r"""
0 ¦ 00 ¦ 007 ¦ 1_000 ¦ 0x_ff ¦ 0B101 ¦ 0o17 ¦ 1.5 ¦ 1e3 ¦ 1E-3 ¦ 1_0.2_5 ¦ 1. ¦ .5 ¦ 1e400 ¦ 0.1
true ~ True ~ none ~ None ~ false ¦ '\x41\u0041\U00000041\101\t\q\\' ¦ '\' ¦ "it's" ¦ 'say "x"' ¦ '\ud83d' ¦ '\xZZ'
'é日本🙂' ¦ 1.e5 ¦ 1.a ¦ 9007199254740993
""",
    "whole numbers": r"""
7 // 2 ¦ -7 // 2 ¦ 7 // -2 ¦ -7 // -2 ¦ 7 % 3 ¦ -7 % 3 ¦ 7 % -3 ¦ -7 % -3 ¦ 0 % 5 ¦ 0 // -5 ¦ 7 / 2 ¦ 6 / 2 ¦ 1 / 3
2 ** 10 ¦ 0 ** 0 ¦ true + true ¦ true * 3 ¦ -true ¦ +false ¦ 1 // 0 ¦ 1 % 0 ¦ 1 / 0 ¦ 0 ** -1 ¦ 1 - 'a' ¦ 'a' - 1
none + 1 ¦ [1] + (2,) ¦ 9223372036854775807 ¦ -9223372036854775807 - 1
""",
    "fractions": r"""
1.0 ¦ 1e16 ¦ 123456789012345680.0 ¦ 1e15 ¦ 1234567890123456.7 ¦ 1e-5 ¦ 0.0001 ¦ 0.00001234 ¦ -0.0 ¦ 0.0 == -0.0
5e-324 ¦ 1.7976931348623157e308 ¦ 1e308 * 10 ¦ -1e308 * 10 ¦ 1e308 * 10 - 1e308 * 10 ¦ 0.1 + 0.2 ¦ 100 / 3 ¦ 2 / 3
1e23 ¦ 9007199254740993.0 ¦ 2e22 ¦ 1.5 * 2 ¦ 1.5 - 1.5 ¦ 3.0 / 2 ¦ 1.0 / 0 ¦ 10 / 4.0 ¦ -7.5 | abs ¦ 1.0 | int
2.675 | round(2) ¦ 2.5 | round ¦ 3.5 | round ¦ -2.5 | round ¦ 0.5 | round ¦ 1234.5678 | round(-2) ¦ 1.005 | round(2)
7 | round ¦ 7 | round(2) ¦ 'x' | round ¦ 1.1 * 1.1 ¦ 4.35 * 100 ¦ 1e22 + 1
""",
    "numbers from text": r"""
'12' | int ¦ ' 12 ' | int ¦ '-12' | int ¦ '1_000' | int ¦ '1__0' | int ¦ 'x' | int ¦ 'x' | int(7)
'x' | int(default=none) ¦ '4.7' | int ¦ '-4.7' | int ¦ '1e3' | int ¦ '' | int ¦ none | int ¦ none | int(5)
true | int ¦ 3.99 | int ¦ -3.99 | int ¦ [] | int ¦ '1.5' | float ¦ ' 1.5e2 ' | float ¦ '.5' | float ¦ '5.' | float
'x' | float ¦ 'x' | float(1.5) ¦ none | float ¦ 3 | float ¦ true | float ¦ '+5' | int ¦ '+ 5' | int ¦ '0x10' | int
x | int
""",
    "text": r"""
'a' + 'b' ¦ 'a' + 1 ¦ 'a' ~ 1 ~ none ~ 1.5 ¦ 'ab' * 3 ¦ 3 * 'ab' ¦ 'ab' * 0 ¦ 'ab' * -1 ¦ [1] * 2 ¦ 2 * [1, 'a']
'a' < 'b' ¦ 'B' < 'a' ¦ '' < 'a' ¦ 'abc' < 'abd' ¦ 'a' < 1 ¦ 'a' in 'abc' ¦ '' in 'abc' ¦ 1 in 'abc' ¦ 'ß' | upper
'İ' | lower ¦ 'ΑΣ' | lower ¦ 'ŉ' | upper ¦ 'abc' | length ¦ '😀' | length ¦ 'e\u0301' | length ¦ 'abc' | list
'abc' | first ¦ 'abc' | last ¦ '' | first ¦ 'abc' | reverse ¦ 'a😀' | reverse ¦ 'abc' | join('-') ¦ '😀b' | join('-')
'  a b ' | trim ¦ 'xaxbx' | trim('x') ¦ 'xyaxy' | trim('yx') ¦ ' a ' | trim(none) ¦ 1 | trim
'aXbX' | replace('X', '-') ¦ 'aXbX' | replace('X', '-', 1) ¦ 'aXbX' | replace('', '-') ¦ 'aaa' | replace('aa', 'b')
123 | replace(2, 'x') ¦ 'abc' | string ¦ 1.5 | string ~ 'x' ¦ none | upper ¦ true | lower
""",
    "methods of text": r"""
' a '.strip() ~ '|' ¦ 'aab'.strip('a') ¦ ' a '.lstrip() ~ '|' ¦ ' a '.rstrip() ~ '|' ¦ 'aab'.lstrip('a')
'baa'.rstrip('a') ¦ 'a,b,,c'.split(',') ¦ 'a,b,,c'.split(',', 1) ¦ 'a,b,,c'.split(',', -1)
'a,b,,c'.split(sep=',', maxsplit=2) ¦ ' a  b '.split() ¦ ''.split() ¦ ''.split(',') ¦ ',a,'.split(',')
'abc'.split('') ¦ 'a--b'.split('--') ¦ 'abc'.startswith('ab') ¦ 'abc'.startswith(('x', 'a')) ¦ 'abc'.startswith([])
'abc'.endswith('bc') ¦ 'abc'.endswith(()) ¦ 'abc'.startswith('') ¦ 'Abc'.upper() ¦ 'ABC'.lower()
'abab'.replace('ab', 'x') ¦ 'abab'.replace('b', 'x', 1) ¦ 'abab'.replace('b', 'x', 0) ¦ 'ab'.replace('', '-', 2)
''.replace('', '-') ¦ 'abc'.replace('b') ¦ 'abc'.removeprefix('a') ¦ 'abc'.removeprefix('b') ¦ 'abc'.removesuffix('c')
'abc'.removesuffix('') ¦ '-'.join(['a', 'b']) ¦ '-'.join('abc') ¦ '-'.join({'a': 1, 'b': 2}) ¦ '-'.join([1])
'-'.join([]) ¦ 'abcabc'.find('c') ¦ 'abc'.find('x') ¦ '😀b'.find('b') ¦ 'abc'.nosuch ¦ 'abc'.nosuch()
'abc'.strip is callable ¦ 'abc'['strip']('a') ¦ 'abc'.strip(1) ¦ 'abc'.split(1) ¦ 'abc'.upper(1) ¦ ''.strip('a') ~ '.'
""",
    "items and slices": r"""
'abc'[0] ¦ 'abc'[-1] ¦ 'abc'[3] ¦ 'abc'[-4] ¦ 'a😀b'[1] ¦ 'a😀b'[1:] ¦ 'a😀b'[::-1] ¦ [1, 2, 3][1] ¦ [1, 2, 3][-1]
[1, 2, 3][3] ¦ [1, 2, 3][3] is defined ¦ [1, 2, 3]['x'] is defined ¦ [1, 2, 3][1:] ¦ [1, 2, 3][:-1] ¦ [1, 2, 3][::2]
[1, 2, 3][::-1] ¦ [1, 2, 3][2:0:-1] ¦ [1, 2, 3][10:] ¦ [1, 2, 3][-10:2] ¦ [1, 2, 3][2:1] ¦ [1, 2, 3][::0]
[1, 2, 3][none:none:none] ¦ [1, 2, 3][:2:1] ¦ [1, 2, 3][-1::-2] ¦ [1, 2, 3][true] ¦ [1, 2, 3]['1'] ¦ [1, 2, 3].1
(1, 2, 3)[1:] ¦ (1, 2, 3)[0] ¦ (1, 2)[:1] ¦ {'a': 1}['a'] ¦ {'a': 1}.a ¦ {'a': 1}['b'] is defined ¦ {'a': 1}.b
{'a': 1}.b.c ¦ {'a': 1}['b']['c'] ¦ {1: 'x'}[1] ¦ {'items': 1}['items'] ¦ {'items': 1}.items is callable
{'a': none}.a ¦ {'a': none}.get('a', 1) ¦ {'a': 1}.get('b') ¦ {'a': 1}.get('b', 2) ¦ {'a': 1}.get()
{'a': 1}.keys() | list ¦ {'a': 1}.values() | list ¦ {'a': 1}.items() | list ¦ {'a': 1, 'a': 2} ¦ {'a': 1}.pop('a')
{'a': 1}.update({}) ¦ [1].append(2) ¦ [1].append is defined ¦ [1, 2, 1].count(1) ¦ (1, 2, 1).count(1) ¦ range(5)[1]
range(5)[-1] ¦ range(5)[9] is defined ¦ none.a is defined ¦ none['a'] is defined ¦ none.a.b ¦ 1 .real
(1).x is defined ¦ messages[0].role ¦ messages[0]['content'] ¦ messages[-1].content ¦ messages[1:] | length
messages[0].nosuch is defined ¦ x[0] ¦ x.y ¦ x is defined ¦ 'abc'.__class__ ¦ messages.__len__
messages[0]['__class__'] ¦ 'abc'[1.5] is defined ¦ 'abc'['a':] ¦ 5[0] is defined ¦ {}[[]] ¦ [1, 2, 3][1, 2]
""",
    "comparison": r"""
1 == 1.0 ¦ 1 == true ¦ 0 == false ¦ 1 == '1' ¦ '1' == 1 ¦ none == false ¦ none == none ¦ none == 0 ¦ '' == none
[] == none ¦ [1] == [1] ¦ [1] == [1.0] ¦ [1] == (1,) ¦ (1, 2) == (1, 2) ¦ {'a': 1} == {'a': 1.0}
{'a': 1, 'b': 2} == {'b': 2, 'a': 1} ¦ {'a': 1} == {'a': 2} ¦ [1, [2, {'a': 3}]] == [1, [2, {'a': 3}]] ¦ x == y
x == none ¦ x != none ¦ x == '' ¦ 1 != 1 ¦ 'a' != 'b' ¦ 1 < 1.5 ¦ 9007199254740993 == 9007199254740992.0
9007199254740993 > 9007199254740992.0 ¦ true < 2 ¦ 'a' > 'A' ¦ '😀' > '\uffff' ¦ [1, 2] < [1, 3] ¦ [1, 2] < [1, 2, 0]
(1, 'a') < (1, 'b') ¦ [1, 'a'] < [2, 1] ¦ [1, 'a'] < [1, 2] ¦ [1] < (2,) ¦ none < 1 ¦ none < none ¦ {} < {} ¦ x < 1
1 in [1.0] ¦ true in [1] ¦ 'a' in {'a': 1} ¦ 1 in {'a': 1} ¦ 1 in {1: 2} ¦ none in [none] ¦ x in [1] ¦ 1 in x ¦ 1 in 5
1 in none ¦ 'a' in messages[0] ¦ 'role' in messages[0] ¦ 'user' in messages | map(attribute='role') ¦ 2 in range(3)
2 not in range(3) ¦ [1] in [[1]] ¦ 'a' in 'b' 'a' ¦ 1e308 * 10 == 1e308 * 10
(1e308 * 10 - 1e308 * 10) == (1e308 * 10 - 1e308 * 10) ¦ (1e308 * 10 - 1e308 * 10) < 1 ¦ range(3) == range(3)
range == range
""",
    "truth": r"""
'y' and 'z' ¦ '' and 'z' ¦ '' or 'z' ¦ 0 or none ¦ 0 or 0.0 ¦ [] or {} ¦ {} and 1 ¦ none or x or 'd' ¦ 1 or x.y
0 and x.y ¦ 'f' if [] else 't' ¦ 'f' if [0] else 't' ¦ 'f' if '0' else 't' ¦ 'f' if 0.0 else 't' ¦ 'f' if () else 't'
'f' if range(0) else 't' ¦ 'f' if range(1) else 't' ¦ 'f' if x else 't' ¦ 'f' if none else 't'
'f' if {'a': 1}.items() else 't' ¦ 'f' if namespace() else 't' ¦ not '' ¦ not [] ¦ not x ¦ not 'false' ¦ not not 2
""",
    "values as text": r"""
none ¦ true ¦ [none, true, 1, 1.0, 'a', "it's", 'say "x"', 'it\'s "x"'] ¦ [x] ¦ [[], {}, (), (1,), [1, [2]]]
{'a': {'b': [1, none]}, 1: 'x'} ¦ {none: 1} ¦ ['\n\r\t\\'] ¦ ['\x00\x1f\x7f\x80\xa0\xad'] ¦ ['é日本😀']
['\u200b\u2028\ufeff\ue000'] ¦ ['\U000e0001\U0010ffff'] ¦ range(3) ¦ range(1, 3) ¦ range(1, 9, 2) ¦ range(0) | list
range(5, 0, -2) | list ¦ {'a': 1}.items() ¦ {'a': 1}.keys() ¦ {'a': 1}.values() ¦ (1, 'a') ¦ [1.5, -0.0, 1e100]
[true, false] ¦ namespace(a=1).a ¦ x ~ 'y' ¦ '<b>&'  ¦ ['<b>'] ¦ [1] | string ¦ dict(a=1, b='x') ¦ dict({'a': 1}, b=2)
dict() ¦ range(3.5) ¦ range() ¦ range(1, 2, 3, 4) ¦ range(0, 5, 0) ¦ range(200000)
""",
    "JSON": r"""
'a' | tojson ¦ 'a"b\\c/d' | tojson ¦ '\n\r\t\b\f\x00\x1f\x7f' | tojson ¦ 'é😀\u2028<>&\'' | tojson
'é😀\x7f' | tojson(ensure_ascii=true) ¦ none | tojson ¦ true | tojson ¦ 1 | tojson ¦ 1.0 | tojson ¦ 1e100 | tojson
-0.0 | tojson ¦ (1e308 * 10) | tojson ¦ -(1e308 * 10) | tojson ¦ [] | tojson ¦ {} | tojson ¦ [1, [2, []]] | tojson
(1, 2) | tojson ¦ {'a': 1, 'b': [none, {'c': 'd'}]} | tojson ¦ {1: 'x'} | tojson ¦ {none: 'x'} | tojson
[] | tojson(indent=2) ¦ {} | tojson(indent=2) ¦ [1, {'a': []}] | tojson(indent=2) ¦ [1, 2] | tojson(indent=0)
[1, 2] | tojson(indent='--') ¦ [1, 2] | tojson(indent=none) ¦ [1, 2] | tojson(2)
{'b': 1, 'a': {'d': 1, 'c': 2}} | tojson(sort_keys=true) ¦ {'b': 1} | tojson(separators=(',', ':'))
[1, 2] | tojson(separators=('; ', '='), indent=1) ¦ [1] | tojson(separators=[',']) ¦ [1] | tojson(nosuch=1)
x | tojson ¦ range(3) | tojson ¦ namespace() | tojson ¦ messages | tojson ¦ messages[0].items() | tojson
messages | map(attribute='role') | list | tojson ¦ 'a' | tojson ~ 'b'
{'b': 1, 'a': 2} | tojson(indent=4, sort_keys=true, ensure_ascii=true)
""",
    "filters": r"""
x | default('d') ¦ x | default ¦ x | d('e') ~ none | d('e') ¦ none | default('d', true)
'' | default('d', boolean=true) ¦ 0 | default('d', false) ¦ x.y | default('d') ¦ x | length ¦ 5 | length
none | length ¦ {'a': 1} | length ¦ range(4) | count ¦ [3, 1, 2] | sort ¦ ['b', 'A', 'c', 'B'] | sort
['b', 'A', 'c'] | sort(case_sensitive=true) ¦ [3, 1, 2] | sort(reverse=true) ¦ [1, 'a'] | sort
[{'a': 2}, {'a': 1}] | sort(attribute='a') ¦ [[2, 'x'], [1, 'y']] | sort(attribute=0) ¦ 'bca' | sort
{'b': 1, 'a': 2} | sort ¦ {'b': 1, 'A': 2} | dictsort ¦ {'b': 1, 'A': 2} | dictsort(true)
{'b': 1, 'a': 2} | dictsort(false, 'value') ¦ {'b': 1, 'a': 2} | dictsort(by='nosuch') ¦ [] | dictsort
[1, 2, 3] | first ¦ [] | last ¦ [] | last is defined ¦ {'a': 1} | first ¦ {'a': 1, 'b': 2} | last
messages | map(attribute='role') | last ¦ [1, 2, 3] | reverse | list ¦ {'a': 1, 'b': 2} | reverse | list ¦ 5 | reverse
{'a': 1} | items | list ¦ [1] | items | list ¦ x | items | list ¦ [1, none, 'a', x] | join ¦ [1, 2] | join(', ')
[1, 2] | join(0) ¦ messages | join(', ', attribute='content') ¦ x | join(',') ¦ 5 | join ¦ none | list ¦ x | list
{'a': 1} | list ¦ [1, 2, 3, 4] | select('even') | list ¦ [1, 2, 3] | select('gt', 1) | list
[1, 2, 3] | reject('odd') | list ¦ [0, '', 'a', none] | select | list ¦ [0, '', 'a', none] | reject | list
[1, 2] | select('nosuch') | list ¦ [] | select('nosuch') | list ¦ none | select | list ¦ 5 | select | list
messages | selectattr('role', 'equalto', 'user') | map(attribute='content') | list
messages | selectattr('role', 'ne', 'user') | list | length
messages | selectattr('role', 'in', ['user']) | list | length ¦ messages | selectattr('name') | list
messages | selectattr('name', 'defined') | list ¦ messages | rejectattr('name', 'defined') | list | length
messages | selectattr | list ¦ messages | selectattr('role', 'nosuch') | list
[{'a': {'b': 1}}] | map(attribute='a.b') | list ¦ [[1, 2]] | map(attribute='1') | list
[[1, 2]] | map(attribute=1) | list ¦ [{}] | map(attribute='a') | list ¦ [{}] | map(attribute='a', default='z') | list
[{}] | map(attribute='a.b') | list ¦ ['a', 'b'] | map('upper') | join ¦ [' a '] | map('trim') | list
['1'] | map('int') | list ¦ ['a-b'] | map('replace', '-', '+') | list ¦ ['x'] | map('int', default=3) | list
['x'] | map('nosuch') | list ¦ [1] | map | list ¦ 'a' | nosuch ¦ 1 | abs ¦ -1.5 | abs ¦ 'a' | abs ¦ true | abs
'a' | upper(1) ¦ 'a' | safe ¦ 'a' | safe is string ¦ 'a' | safe ~ 'b' ¦ 'a' | trim | upper | lower | length
1 | string | length
""",
    "tests": r"""
1 is number ¦ true is number ¦ 1.5 is number ¦ '1' is number ¦ true is integer ¦ 1 is integer ¦ 1.0 is integer
1.0 is float ¦ 1 is float ¦ true is boolean ¦ 1 is boolean ¦ 1 is true ¦ true is true ¦ 0 is false ¦ false is false
none is none ¦ x is none ¦ x is undefined ¦ x is defined ¦ '' is defined ¦ 'a' is string ¦ 1 is string ¦ {} is mapping
[] is mapping ¦ [] is sequence ¦ 'a' is sequence ¦ {} is sequence ¦ 1 is sequence ¦ () is sequence
range(2) is sequence ¦ x is sequence ¦ [] is iterable ¦ 1 is iterable ¦ none is iterable ¦ x is iterable
messages | map('list') is iterable ¦ {}.items() is iterable ¦ {}.items() is sequence ¦ range is callable
'a'.upper is callable ¦ 1 is callable ¦ x is callable ¦ 3 is odd ¦ -3 is odd ¦ 2 is even ¦ 2.0 is even ¦ 2.5 is odd
'a' is odd ¦ true is odd ¦ 6 is divisibleby 4 ¦ 6 is divisibleby 0 ¦ 1 is eq 1 ¦ 1 is equalto 1.0 ¦ 1 is ne 2
1 is lt 2 ¦ 2 is le 2 ¦ 2 is gt 2 ¦ 2 is ge 2 ¦ 1 is lessthan 2 ¦ 1 is greaterthan 2 ¦ 'a' is lt 1 ¦ 1 is in [1]
1 is not in [1] ¦ 1 is sameas true ¦ true is sameas true ¦ none is sameas none ¦ 1 is nosuch ¦ 1 is not nosuch
1 is eq ¦ 1 is number 2 ¦ 1 is eq(1, 2) ¦ x is eq 1 ¦ not 1 is eq 1 ¦ 1 is eq 1 or 0 ¦ 1 is == 1
namespace() is mapping
""",
}
TEMPLATES = {
    "white space": [
        "a\n{% if true %}\nb\n{% endif %}\nc", "a\n  {% if true %}  \nb\n  {% endif %}  \nc", "a {%- if true -%} b {%- endif -%} c",
        "a {%+ if true +%} b {%+ endif +%} c", "  {%+ if true %}b{% endif %}", "\n\n{% if true %}\n\nb{% endif %}\n\n", "  {{ 1 }}  \n  {{- 2 -}}  \n  3",
        "{{ 1 }}\n{{ 2 }}\n", "a\n\n", "a\n", "a\r\nb\rc\n", "{# c #}\na", "  {# c #}\na", "a {#- c -#} b", "x {# c #} y", "{#  multi\nline #}\n\na", "{#- -#}", "{##}a",
        "{% raw %}\n a {{ b }} {% c %} {# d #}\n{% endraw %}\nx", "a {%- raw -%} b {%- endraw -%} c", "{% raw %}{% raw %}{% endraw %}", "  {% raw %}x{% endraw %}  y",
        "\u00a0{% if true %}x{% endif %}", "\t{% set x = 1 %}\ty", "a\u2028  {% if true %}x{% endif %}", "{% if true -%}\n\n  x{% endif %}", "{% if true %} \nx{% endif %}",
        "{{'a'}}{{-'b'}}", "{{\n1\n+\n2\n}}", "{%\nif\ntrue\n%}x{%endif%}", "{%if true%}x{%endif%}", "{% if true %}x{% endif -%}\n\n y", "{{ 'a\nb' }}", "{ { } } % # \\ {x} %} }} #}",
        "  {%- if true %}\n  x\n  {%- endif %}\n", "x\n {% for i in [1, 2] %}\n {{ i }}\n {% endfor %}\ny", "x {% set a = 1 %} y\n", "x\n  {% set a = 1 -%}  \n\n y", "{% set a %}\n b\n{% endset %}[{{ a }}]",
        "{{ '}}' }}{{ '%}' }}{{ \"{%\" }}", "{{ {'a': {'b': 1}}.a.b}}", "{{ {'a': {'b': 1}}}}", "a{{- }}", "{{ }}", "{% %}", "{{ 1 }", "{% if true }x{% endif %}", "{{ 1 %}", "}}", "{{", "{%", "{#", "{% raw %}x",
        "{% raw -%}  x{% endraw %}", "{%- raw %}  x{% endraw +%}  \ny", "{# a {# b #} c", "\ufeffa{{ 1 }}", "{{ 1 -}}\n\n{{- 2 }}", "\x0b{% if true %}x{% endif %}", "\x1c {%- if true %}x{% endif %}",
    ],
    "branches": [
        "{% if 0 %}a{% elif 1 %}b{% else %}c{% endif %}", "{% if 0 %}a{% elif 0 %}b{% elif 1 %}c{% elif 1 %}d{% endif %}", "{% if 0 %}a{% endif %}.", "{% if 1: %}a{% endif %}", "{% if 1, 0 %}a{% endif %}",
        "{% if x is defined and x.y.z %}a{% else %}b{% endif %}", "{% if 1 %}{% if 0 %}a{% else %}b{% endif %}{% else %}c{% endif %}", "{% if %}a{% endif %}", "{% if 1 %}a", "{% endif %}", "{% if 1 %}a{% endfor %}",
        "{% else %}", "{% if 1 %}a{% else %}b{% elif 1 %}c{% endif %}", "{% if 1 2 %}a{% endif %}", "{% if 0 %}{{ nosuch() }}{% endif %}x", "{% if 0 %}{{ 'a' | nosuch }}{% endif %}x", "{% if 1 %}a{% endif x %}", "{% IF 1 %}{% endif %}",
        "{% if messages %}{{ messages | length }}{% endif %}", "{% if not messages %}n{% else %}y{% endif %}", "{% if 'x' in 'xy' and not 'z' in 'xy' %}y{% endif %}",
    ],
    "loops": [
        "{% for m in messages %}{{ loop.index }}{{ loop.index0 }}{{ loop.revindex }}{{ loop.revindex0 }}{{ loop.first }}{{ loop.last }}{{ loop.length }}{{ loop.depth }}{{ loop.depth0 }};{% endfor %}",
        "{% for i in [1, 2, 3] if i != 2 %}{{ loop.index }}{{ i }}{{ loop.last }};{% endfor %}", "{% for i in [] %}x{% else %}e{% endfor %}", "{% for i in [1] if i > 1 %}x{% else %}e{% endfor %}", "{% for i in [1] %}x{% else %}e{% endfor %}",
        "{% for k, v in {'a': 1, 'b': 2}.items() %}{{ k }}={{ v }};{% endfor %}", "{% for k in {'a': 1} %}{{ k }}{% endfor %}", "{% for (a, b), c in [[[1, 2], 3]] %}{{ a }}{{ b }}{{ c }}{% endfor %}", "{% for a, b in [[1, 2, 3]] %}{% endfor %}", "{% for a, b in ['xy'] %}{{ b }}{{ a }}{% endfor %}",
        "{% for c in 'a😀' %}<{{ c }}>{% endfor %}", "{% for i in range(3) %}{{ i }}{% endfor %}{{ i }}", "{% for i in 5 %}{% endfor %}", "{% for i in none %}{% endfor %}", "{% for i in x %}a{% endfor %}.", "{% for i in x.y %}a{% endfor %}.",
        "{% for i in range(9) %}{% if i == 1 %}{% continue %}{% endif %}{% if i == 4 %}{% break %}{% endif %}{{ i }}{% endfor %}", "{% for i in [1, 2] %}{% for j in [1, 2, 3] %}{% if j == 2 %}{% break %}{% endif %}{{ i }}{{ j }}{% endfor %};{% endfor %}",
        "{% for i in [1, 2] %}{% break %}{% else %}e{% endfor %}.", "{% for i in [1, 2] %}{{ loop.previtem is defined }}{{ loop.nextitem is defined }}{% endfor %}", "{% for i in 'ab' %}{{ loop.previtem }}{{ loop.nextitem }}.{% endfor %}", "{% for i in [1, 1, 2] %}{{ loop.changed(i) }}{% endfor %}",
        "{% for i in [1, 2, 3] %}{{ loop.cycle('a', 'b') }}{% endfor %}", "{% for i in [1] %}{{ loop.cycle() }}{% endfor %}", "{% for i in [1] %}{{ loop.nosuch is defined }}{% endfor %}", "{% for i in [1] %}{{ loop.nosuch.x }}{% endfor %}", "{{ loop is defined }}", "{% for i in [1] %}{% for j in [1, 2] %}{{ loop.length }}{% endfor %}{{ loop.length }}{% endfor %}",
        "{% for i in [1, 2] %}{% set outer = loop %}{% for j in 'ab' %}{{ outer.index }}{{ loop.index }};{% endfor %}{% endfor %}", "{% for loop in [1] %}{% endfor %}", "{% for true in [1] %}{% endfor %}", "{% for i of [1] %}{% endfor %}", "{% for i in [1] %}", "{% for i in [1] %}{% endif %}", "{% for in [1] %}{% endfor %}", "{% break %}", "{% continue %}",
        "{% for i in [1] %}{% macro f() %}{% break %}{% endmacro %}{% endfor %}", "{% for i in messages | selectattr('role', 'equalto', 'user') %}{{ i.content }}{{ loop.length }}{{ loop.last }}{% endfor %}", "{% for i in [1, 2, 3] | reverse %}{{ i }}{{ loop.revindex }}{% endfor %}",
        "{% for m in messages if m.role == 'user' and loop is defined %}{{ m.content }}{% endfor %}", "{% for i in [3, 1, 2] | sort %}{{ i }}{% endfor %}", "{% for i in 1, 2 %}{{ i }}{% endfor %}", "{% for a, in [[1]] %}{{ a }}{% endfor %}", "{% for i in [1, 2] %}{{ i }}{% if not loop.last %}, {% endif %}{% endfor %}", "{% for i in 1, 2, recursive %}{{ i }};{% endfor %}", "{% for a, in [[1]] %}{% endfor %}", "{% for (a,) in [[1]] %}{{ a }}{% endfor %}", "{% for i in ([1, 2] if 0 else [3]) %}{{ i }}{% endfor %}", "{% for i in [1] if i else [2] %}{{ i }}{% endfor %}",
        "{% for x.y in [1] %}{% endfor %}", "{% for i in [0, 1] %}{{ loop.index0 // i }}{% endfor %}", "{% for m in messages %}{% if loop.index0 is even != (m.role == 'user') %}{{ raise_exception('alternate') }}{% endif %}{{ m.content }}{% endfor %}", "{% for i in [1, 2, 3] %}{{ loop.first and loop.last }}{% endfor %}",
    ],
    "scopes": [
        "{% set x = 1 %}{% if 1 %}{% set x = 2 %}{% endif %}{{ x }}", "{% set x = 1 %}{% for i in [1] %}{% set x = 2 %}{% endfor %}{{ x }}", "{% for i in [1, 2] %}{{ y is defined }}{% set y = i %}{{ y }}{% endfor %}", "{% set i = 9 %}{% for i in [1] %}{% endfor %}{{ i }}",
        "{% set ns = namespace(x=1) %}{% for i in [1, 2] %}{% set ns.x = ns.x + i %}{% endfor %}{{ ns.x }}", "{% set ns = namespace() %}{{ ns.x is defined }}", "{% set ns.x = 1 %}", "{% set x = 1 %}{% set x.y = 2 %}", "{% set messages = messages[1:] %}{{ messages | length }}", "{% set a, b = 1, 2 %}{{ a + b }}", "{% set a, b = [1] %}", "{% set (a, b) = (1, 2) %}{{ a }}{{ b }}",
        "{% set a = b = 1 %}", "{% set a, = [1] %}", "{% set (a,) = [1] %}{{ a }}", "{% set a %}", "{% set a %}x{% endset %}{{ a }}{{ a | length }}", "{% set a | upper %}x{{ 1 }}{% endset %}{{ a }}", "{% set a | replace('x', 'y') | upper %}x{% endset %}{{ a }}", "{% set a %}{% for i in [1, 2] %}{{ i }}{% endfor %}{% endset %}{{ a }}", "{% set 1 = 2 %}", "{% set none = 2 %}", "{% set loop = 2 %}{{ loop }}", "{% set a = 1, %}{{ a }}",
        "{% set a = 1 if 0 else 2 %}{{ a }}", "{% set range = 1 %}{{ range }}", "{% set x = x %}{{ x is defined }}", "{% set a = [] %}{% set b = a %}{{ b == a }}", "{% set ns = namespace({'a': 1}, b=2) %}{{ ns.a }}{{ ns.b }}", "{% set ns = namespace(_x=1) %}", "{% set ns = namespace() %}{% set ns._x = 1 %}", "{% set ns = namespace(items=3) %}{{ ns.items }}", "{% set ns = namespace(a=1) %}{{ ns['a'] }}",
        "{% set ns = namespace(a=1) %}{% set ns.a, b = 2, 3 %}{{ ns.a }}{{ b }}", "{% set x = 1 %}{% generation %}{% set x = 2 %}{% endgeneration %}{{ x }}", "{% for i in [1] %}{% set x = i %}{% endfor %}{{ x is defined }}", "{% set x = 5 %}{% for i in [x] %}{% set x = x + i %}{{ x }}{% endfor %}{{ x }}", "{% for x in [1, 2] %}{% set x = x * 10 %}{{ x }}{% endfor %}", "{% for i in [1] %}{% if true %}{% set z = 1 %}{% endif %}{{ z }}{% endfor %}",
    ],
    "macros": [
        "{% macro f(a) %}<{{ a }}>{% endmacro %}{{ f(1) }}{{ f('b') }}", "{% macro f(a, b=2) %}{{ a }}{{ b }}{% endmacro %}{{ f(1) }}{{ f(1, b=3) }}{{ f(b=4, a=5) }}", "{% macro f(a) %}{{ a is defined }}{{ a }}{% endmacro %}{{ f() }}", "{% macro f(a) %}{% endmacro %}{{ f(1, 2) }}", "{% macro f(a) %}{% endmacro %}{{ f(b=1) }}", "{% macro f(a=1, b) %}{% endmacro %}", "{% macro f(a, a) %}{{ a }}{% endmacro %}{{ f(1, 2) }}",
        "{% set x = 1 %}{% macro f() %}{{ x }}{% endmacro %}{% set x = 2 %}{{ f() }}", "{% macro f() %}{% set y = 3 %}{{ y }}{% endmacro %}{{ f() }}{{ y is defined }}", "{% macro f(n) %}{{ n }}{% if n %}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(3) }}", "{% macro f() %} x {% endmacro %}[{{ f() }}][{{ f() | trim }}][{{ f() | length }}]", "{% macro f(a, b=a) %}{{ b }}{% endmacro %}{{ f(7) }}", "{% macro f() %}{{ varargs }}{% endmacro %}{{ f(1, 2) }}",
        "{{ f() }}", "{% macro f %}{% endmacro %}", "{% macro f( %}{% endmacro %}", "{% macro f() %}", "{% macro f(a='x', b=none) %}{{ a }}{{ b }}{% endmacro %}{{ f(b='y') }}", "{% macro f(m) %}{{ m.content }}{% endmacro %}{% for m in messages %}{{ f(m) }}{% endfor %}", "{% macro f() %}a{% endmacro %}{{ f() ~ 'b' }}{{ 'c' if f() == 'a' }}", "{% for i in [1] %}{% macro f() %}{{ i }}{% endmacro %}{{ f() }}{% endfor %}{{ f is defined }}", "{% if true %}{% macro f() %}1{% endmacro %}{% endif %}{{ f() }}",
        "{% macro g(x) %}({{ x }}){% endmacro %}{% macro f(x) %}{{ g(x) }}{{ g(g(x)) }}{% endmacro %}{{ f(1) }}", "{% macro f(x) %}{% for i in range(x) %}{{ loop.index }}{% endfor %}{% endmacro %}{{ f(3) }}", "{% macro f(a, b) %}{{ a }}{{ b }}{% endmacro %}{{ f(a=1, b=2) }}{{ f(1) }}.", "{% macro f(a) %}{{ a.b.c }}{% endmacro %}{{ f({}) }}", "{% macro f() %}{{ g() }}{% endmacro %}{% macro g() %}later{% endmacro %}{{ f() }}",
    ],
    "slices by all bounds": [
        "{% for i in [none, -9, -6, -2, -1, 0, 1, 3, 5, 6, 9] %}{% for j in [none, -9, -6, -2, -1, 0, 1, 3, 5, 6, 9] %}{% for k in [none, 1, 2, 7, -1, -2, -7] %}{{ 'abcdef'[i:j:k] }},{% endfor %}{% endfor %}{% endfor %}",
        "{% for i in [none, -2, 0, 1, 9] %}{% for k in [none, 2, -1] %}{{ [1, 2, 3][i::k] }}{{ (1, 2, 3)[:i:k] }}{{ 'a😀b'[i:none:k] }}{% endfor %}{% endfor %}",
    ],
    "what templates say": [
        "{{ raise_exception('no') }}", "{{ raise_exception() }}", "{{ raise_exception(1) }}", "{% if messages[0].role != 'system' %}{{ raise_exception('system first: ' ~ messages[0].role) }}{% endif %}", "{{ bos_token is defined }}{{ tools is none }}{{ documents is none }}{{ add_generation_prompt }}", "{{ strftime_now is defined and false }}", "{{ '{{ 1 }}' }}", "{% unless x %}{% endunless %}", "{% include 'x' %}", "{% extends 'x' %}", "{% import 'x' as y %}", "{% generation %}a{% endgeneration %}b", "{% generation %}a", "{{ messages }}",
        "{{ messages[0] }}", "{% set c = messages[0].content %}{% if '</think>' in c %}{% set c = c.split('</think>')[-1].lstrip('\\n') %}{% endif %}{{ c }}", "{{ messages[0].content.split('x')[-1].strip() }}", "{% for m in messages %}{{ '<|' ~ m.role ~ '|>' ~ m.content | trim ~ '\\n' }}{% endfor %}", "{{ (messages | last).role == 'user' and add_generation_prompt }}", "{{ messages | length % 2 }}{{ (messages | length - 1) % 2 }}",
    ],
}


def row(group, template):
    try:
        text = render_jinja_template([MESSAGES], chat_template=template)[0][0]
        json.dumps(text).encode(), text.encode()  # lone surrogates are no text of a file
    except Exception:
        text = None
    return [group, template, text]


def fractions():
    """Fractions of all sizes by their bits, as Python writes and rounds them: rows of texts."""
    rows, seed = [], 1
    for i in range(120):
        seed = seed * 6364136223846793005 + 1442695040888963407 & (1 << 64) - 1
        power = 2.0 ** (seed % 2090 - 1070 if i % 3 == 0 else seed % 90 - 40)
        value = (-1) ** i * ((seed >> 11) / (1 << 53) + 1) * power
        value = round(value, 4) if i % 3 == 2 else value  # those that people write
        rows.append([value.hex(), repr(value), repr(round(value, 2)), repr(round(value, 0)), json.dumps(round(value, 1))])
    return rows


def main():
    rows = [row(group, "{{ " + line + " }}") for group, lines in EXPRESSIONS.items() for line in re.split(" ¦ |\n", lines.strip("\n"))]
    rows += [row(group, template) for group, templates in TEMPLATES.items() for template in templates]
    for out, golden in zip(sys.argv[1:], (rows, fractions())):
        pathlib.Path(out).write_text("[\n" + ",\n".join(json.dumps(r) for r in golden) + "\n]\n")
    print(len(rows), "rows,", sum(r[2] is None for r in rows), "refused")


main()
