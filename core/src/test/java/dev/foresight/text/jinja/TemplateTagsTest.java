package dev.foresight.text.jinja;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is said of templates that Jinja2 3.1.6 can't read either: the place and what should be. */
class TemplateTagsTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "`{% if 1 %}\n{% for i in x %}{% endif %}` | line 2: endif is where 'endfor' of line 2 should be",
        "`{% if 1 %}\n\n` | line 1: nothing ends 'if' of line 1; endif does",
        "`{% macro f() %}\n{% if 1 %}{% endif %}` | line 2: nothing ends 'macro' of line 1; endmacro does",
        "{% endif %} | line 1: the tag endif is not known, or ends nothing",
        "{% if 1 %}{% endif 1 %} | line 1: '1' is where the tag should end",
        "{% elif 1 %} | line 1: elif belongs to nothing",
        "{% for i in x %}{% elif 1 %}{% endfor %} | line 1: elif belongs to nothing",
        "{% if 1 %}{% else %}{% elif 1 %}{% endif %} | line 1: elif belongs to nothing",
        "{% if 1 %}{% else 1 %}{% endif %} | line 1: '1' is where the tag should end",
        "{% for i of x %}{% endfor %} | line 1: 'of' is where 'in' should be",
        "{% for 1 in x %}{% endfor %} | line 1: '1' is where a name should be",
        "{% for none in x %}{% endfor %} | line 1: none can't be given a value",
        "{% for loop in x %}{% endfor %} | line 1: loop can't be given a value",
        "{% for x.y in z %}{% endfor %} | line 1: '.' is where 'in' should be",
        "{% for i in %}{% endfor %} | line 1: the end of the tag is where an expression should be",
        "{% for i in x %}{% else %}{% break %}{% endfor %} | line 1: break stands in no loop",
        "{% for i in x %}{% macro f() %}{% continue %}{% endmacro %}{% endfor %} | line 1: continue stands in no loop",
        "{% for i in x %}{% break 2 %}{% endfor %} | line 1: '2' is where the tag should end",
        "{% set 'a' = 1 %} | line 1: ''a'' is where a name should be",
        "{% set a = %} | line 1: the end of the tag is where an expression should be",
        "{% set a = 1 2 %} | line 1: '2' is where the tag should end",
        "{% set a %}x | line 1: nothing ends 'set' of line 1; endset does",
        "{% set true = 1 %} | line 1: true can't be given a value",
        "{% set a, = [1] %} | line 1: '=' is where a name should be",
        "{% macro f %}{% endmacro %} | line 1: the end of the tag is where '(' should be",
        "{% macro f(a b) %}{% endmacro %} | line 1: 'b' is where ',' should be",
        "{% macro f(1) %}{% endmacro %} | line 1: '1' is where a name should be",
        "{% macro f(a=1, b) %}{% endmacro %} | line 1: a parameter without a default follows one with a default",
        "{% macro f(a, a) %}{% endmacro %} | line 1: the parameter a is there twice",
        "{% generation x %}{% endgeneration %} | line 1: 'x' is where the tag should end",
        "{% 1 %} | line 1: '1' is where a name should be",
        "{% %} | line 1: the end of the tag is where a name should be",
        "{{ }} | line 1: the end of the tag is where an expression should be",
        "{{ 1 | line 1: nothing ends a tag; }} does",
        "{% if 1 | line 1: nothing ends a tag; %} does",
        "{{ 1 %} | line 1: '}' closes nothing",
      })
  void tagThatIsNotWellFormedIsRefused(String template, String message) {
    Rendered.assertRefused(template, message);
  }

  /** Which Jinja2 knows; a template that needs them is refused where they are reached. */
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "{% with %}{% endwith %}; with, which is not known here",
        "{% call f() %}{% endcall %}; call, which is not known here",
        "{% filter upper %}{% endfilter %}; filter, which is not known here",
        "{% block a %}{% endblock a %}; block, which is not known here",
        "{% autoescape true %}{% endautoescape %}; autoescape, which is not known here",
        "{% include 'a' %}; include, which is not known here, as it reads another file",
        "{% import 'a' as b %}; import, which is not known here, as it reads another file",
        "{% from 'a' import b %}; from, which is not known here, as it reads another file",
        "{% extends 'a' %}; extends, which is not known here, as it reads another file",
      })
  void tagThatIsNotKnownIsRefusedWhereItIsReached(String tag, String message) {
    Rendered.assertRefused("\n" + tag, "line 2: it uses the tag " + message);
    assertThat(Rendered.of("{% if 0 %}" + tag + "{% endif %}x")).isEqualTo("x");
  }
}
