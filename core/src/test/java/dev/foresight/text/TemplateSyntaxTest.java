package dev.foresight.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foresight.InputException;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What Jinjava would read otherwise than Jinja2, and what both read alike. Each template is said to
 * become what Jinja2 3.1.6 made of it, in an environment of {@code trim_blocks} and {@code
 * lstrip_blocks} as transformers has it, over these three messages.
 */
class TemplateSyntaxTest {
  private static final List<ChatMessage> MESSAGES =
      List.of(
          new ChatMessage("user", "a"),
          new ChatMessage("assistant", "b's"),
          new ChatMessage("user", "c"));

  static Stream<Arguments> templates() {
    return Stream.of(
            new String[][] {
              {"{{ 'y' if not z is defined else 'n' }}", "y"},
              {"{{ 'y' if not messages is defined else 'n' }}", "n"},
              {"{{ 'y' if not messages[0].role is string else 'n' }}", "n"},
              {"{{ 'y' if not messages is not defined else 'n' }}", "y"},
              {"{% for m in messages[::-1] %}{{ m.content }}{% endfor %}", "cb'sa"},
              {"{% set ns = namespace(n=3 - 1, s='a,b=c') %}{{ ns.n }}{{ ns.s }}", "2a,b=c"},
              {
                "{% set ns = namespace(n=messages|length - 1) %}{% for m in messages %}{% set ns.n = ns.n + 1 %}{% endfor %}{{ ns.n }}",
                "5"
              },
              {
                "{% set ns = namespace(found=false, a=[1, 2][1]) %}{{ ns.a }}{{ 'y' if ns.found else 'n' }}",
                "2n"
              },
              {"{{ 'not x is defined [::-1]' }}", "not x is defined [::-1]"},
              {"{{ \"it's not m is defined\" }}", "it's not m is defined"},
              {"a not x is defined b[::-1]", "a not x is defined b[::-1]"},
              {"line\n{% if true %}\n  x\n{% endif %}\nend\n", "line\n  x\nend"},
              {"line\n\n", "line\n"},
              {"a\r\nb", "a\nb"},
              {"  {% set x = 1 %}  y", "  y"},
              {"{{- ' a ' -}}  b", " a b"},
              {
                "{% for m in messages %}{% if loop.first %}<{% endif %}{{ m['content'] }}{% if loop.last %}>{% endif %}{% endfor %}",
                "<ab'sc>"
              },
              {
                "{{ (messages|last).content }}{{ messages[-1].content }}{{ (messages|first).role }}",
                "ccuser"
              },
              {"{{ 7 // 2 }}{{ 7 % 2 }}{{ 2 ** 3 }}", "318"},
              {
                "{% if messages[0].role == 'user' and messages|length > 2 %}y{% else %}n{% endif %}",
                "y"
              },
              {"{{ messages | map(attribute='content') | join('+') }}", "a+b's+c"},
              {"{{ messages | selectattr('role', 'equalto', 'user') | list | length }}", "2"},
              {"{% set a, b = 1, 2 %}{{ a }}{{ b }}", "12"},
              {
                "{% macro f(x, y='d') %}<{{ x }}{{ y }}>{% endmacro %}{{ f(1) }}{{ f(2, 'e') }}",
                "<1d><2e>"
              },
              {
                "{{ messages[1:]|length }}{{ messages[:1]|length }}{{ messages[1:2][0].content }}",
                "21b's"
              },
              {"{# c #}a{#- c -#} b", "ab"},
              {"{% raw %}{{ x }}{% endraw %}", "{{ x }}"},
              {"{{ z | default('d') }}{{ '' | default('e', true) }}", "de"},
            })
        .map(pair -> Arguments.of(pair[0], pair[1]));
  }

  @ParameterizedTest
  @MethodSource("templates")
  void templateBecomesWhatJinja2MakesOfIt(String template, String text) {
    assertThat(new ChatTemplate("here", template, Map.of()).render(MESSAGES)).isEqualTo(text);
  }

  /** Jinja2 renders these; Jinjava can't, so that they are refused and not rendered otherwise. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{{ messages[0].role[0] }}",
        "{{ 'x' * 3 }}",
        "{{ {'a': {'b': 2}}.a.b }}",
        "{{ 'abc'[-1] }}"
      })
  void whatCanNotBeRenderedIsRefused(String template) {
    ChatTemplate jinja = new ChatTemplate("here", template, Map.of());
    assertThatThrownBy(() -> jinja.render(MESSAGES))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith("here can't render a conversation: ")
        .hasMessageEndingWith("or name another template by --chat-template.");
  }
}
