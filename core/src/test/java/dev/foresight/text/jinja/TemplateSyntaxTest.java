package dev.foresight.text.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foresight.InputException;
import dev.foresight.text.ChatMessage;
import dev.foresight.text.ChatTemplate;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

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
              {"{{ messages[0].role[0] }}{{ 'x' * 3 }}{{ {'a': {'b': 2}}.a.b }}", "uxxx2"},
              {"{{ z | default('d') }}{{ '' | default('e', true) }}", "de"},
            })
        .map(pair -> Arguments.of(pair[0], pair[1]));
  }

  @ParameterizedTest
  @MethodSource("templates")
  void templateBecomesWhatJinja2MakesOfIt(String template, String text) {
    assertThat(new ChatTemplate("here", template, Map.of()).render(MESSAGES)).isEqualTo(text);
  }

  /** Jinja2 renders these; what is not known here is refused and not rendered otherwise. */
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "{{ 'a %s' % 'b' }}; line 1: text % text is not known here",
        "{% with a = 1 %}{{ a }}{% endwith %}; line 1: it uses the tag with",
        "{% filter upper %}a{% endfilter %}; line 1: it uses the tag filter",
        "{{ 'a' | indent }}; line 1: it uses the filter indent",
        "{{ 'a' is lower }}; line 1: it uses the test lower",
        "{{ messages | map('trim') }}; line 1: it writes a generator as text",
        "{{ messages[0].items }}; line 1: it writes a function as text",
        "{{ {true: 1} }}; line 1: a boolean as a key of a dict",
        "{{ 99999999999 * 99999999999 }}; line 1: its sum '*' divides by zero or leaves 64 bits",
        "{{ 9999999999999999999 }}; line 1: the number 9999999999999999999 is beyond 64 bits",
        "{% for m in messages recursive %}{% endfor %}; line 1: recursive loops",
        "{{ '<' + ('a' | safe) }}; line 1: text + a markup",
        "{{ range(*[1]) }}; line 1: arguments by * and **",
        "{{ lipsum() }}; line 1: it calls lipsum",
        "{{ '\\N{BULLET}' }}; line 1: the escape \\N",
      })
  void whatIsNotKnownIsRefused(String template, String part) {
    assertRefused(template, part);
  }

  /** Jinja2 refuses these, too: when it reads the template or when a conversation comes to it. */
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "`{% if true %}\n{% else %}\n{% else %}{% endif %}`; line 3: else belongs to nothing",
        "`{% for m in messages %}\n{% generation %}{% break %}`; line 2: break stands in no loop",
        "`\n{{ [1, 2 }}`; line 2: '}' closes nothing",
        "`\n\n{{ 1 + }}`; line 3: the tag ends where an expression should be",
        "`\n{% if x = 1 %}{% endif %}`; line 2: '=' is where the tag should end",
        "`\n{% unless x %}{% endunless %}`; line 2: the tag unless is not known",
        "`\n{# c `; line 2: nothing ends a comment",
        "`\n{% raw %}`; line 2: nothing ends what raw begins",
        "`{#\n#}{% set x.y = 1 %}`; line 2: x, which is no namespace",
        "`{#\n\n#}{{ messages.append(1) }}`; line 3: it calls the changing method append",
        "`{% if true %}\n\n{{ 'a' | nosuch }}{% endif %}`; line 3: it uses the filter nosuch",
        "`{% for a, b in [[1, 2, 3]] %}{% endfor %}`; line 1: 2 names for 3 values",
        "{{ namespace(_x=1) }}; line 1: the name _x of a namespace",
      })
  void whatJinja2RefusesIsRefusedWithItsLine(String template, String part) {
    assertRefused(template.replace("\\n", "\n"), part);
  }

  private static void assertRefused(String template, String part) {
    ChatTemplate jinja = new ChatTemplate("here", template, Map.of());
    assertThatThrownBy(() -> jinja.render(MESSAGES))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith("here can't render a conversation: " + part)
        .hasMessageEndingWith("or name another template by --chat-template.");
  }

  @Test
  void valuesAndBracketsWithoutEndAreRefused() {
    String twice =
        "{% set ns = namespace(x='a') %}{% for i in range(99) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}";
    assertRefused(twice, "line 1: it makes a value of 536870912 parts, too many");
    assertRefused(
        "{{ " + "(".repeat(99_999) + 1 + ")".repeat(99_999) + " }}", "its brackets or numbers");
  }

  /** As in Jinja2: a branch that no conversation takes may hold what is not known here. */
  @Test
  void whatNoConversationComesToIsNotRefused() {
    String template =
        "{% if tools %}{% with a = tools %}{{ a | indent(2) }}{% endwith %}{% endif %}{{ messages[0].content }}";
    assertThat(new ChatTemplate("here", template, Map.of()).render(MESSAGES)).isEqualTo("a");
  }
}
