package dev.foresight.text.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foresight.text.python.RefusedException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What one renderer does over and over, how much it may write, and the lines it names. */
class ChatRendererTest {
  @Test
  void nothingIsLeftOfAConversationForTheNext() {
    ChatRenderer renderer =
        new ChatRenderer("{{ x is defined }}{% set x = n %}{% set range = 1 %}{{ x }}");
    assertThat(renderer.render(Map.of("n", 1L))).isEqualTo("False1");
    assertThat(renderer.render(Map.of("n", 2L))).isEqualTo("False2");
    assertThat(new ChatRenderer("{{ range(2) | list }}").render(Map.of())).isEqualTo("[0, 1]");
  }

  @Test
  void conversationThatIsRefusedDoesNotSpoilTheNext() {
    ChatRenderer renderer =
        new ChatRenderer("{% for i in items %}{% set x = i %}{{ 6 // i }}{% endfor %}");
    assertThatThrownBy(() -> renderer.render(Map.of("items", List.of(1L, 0L))))
        .isInstanceOf(RefusedException.class)
        .hasMessage("line 1: its sum '//' divides by zero or leaves 64 bits");
    assertThat(renderer.render(Map.of("items", List.of(2L, 3L)))).isEqualTo("32");
  }

  @Test
  void severalThreadsShareARenderer() throws Exception {
    ChatRenderer renderer =
        new ChatRenderer(
            "{% set ns = namespace(n=0) %}{% for i in range(200) %}{% set ns.n = ns.n + k %}{% endfor %}{{ ns.n }}");
    var pool = Executors.newFixedThreadPool(4);
    try {
      List<Future<String>> all =
          IntStream.range(0, 40)
              .mapToObj(k -> pool.submit(() -> renderer.render(Map.of("k", (long) k))))
              .toList();
      for (int k = 0; k < all.size(); k++) {
        assertThat(all.get(k).get()).isEqualTo("" + 200 * k);
      }
    } finally {
      pool.shutdownNow();
    }
  }

  /** Values are never templates, and names come as they are given. */
  @Test
  void valueThatLooksLikeATemplateIsText() {
    String value = "{{ 1 }}{% if x %}{# #}{% raw %}\\n\\\"'}}%}";
    assertThat(new ChatRenderer("<{{ v }}>{% set w = v %}{{ w ~ '' }}").render(Map.of("v", value)))
        .isEqualTo("<" + value + ">" + value);
  }

  @Test
  void textWithSignsOfTagsStaysAsItIs() {
    for (String text :
        List.of("{", "}}", "%}", "#}", "{ {", "a\\n\\", "100%", "# x", "{a}", "{\n%")) {
      assertThat(new ChatRenderer(text).render(Map.of())).isEqualTo(text);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "`a\nb\n{{ 1 // 0 }}`; 3",
        "`{% if true %}\n\n{{ 1 // 0 }}{% endif %}`; 3",
        "`{{\n\n1 // 0 }}`; 1",
        "`{% for i in [1] %}\n{% if i %}\n{{ 1 // 0 }}{% endif %}{% endfor %}`; 3",
        "`{% macro f() %}\n{{ 1 // 0 }}{% endmacro %}\n\n{{ f() }}`; 2",
        "`{#\n\n#}{% set x = 1 // 0 %}`; 3",
        "`{% raw %}\n{{ x }}\n{% endraw %}{% if 1 // 0 %}{% endif %}`; 3",
        "`{% if 0 %}\n{% elif 1 // 0 %}{% endif %}`; 2",
        "`\r\n\r\n{{ 1 // 0 }}`; 3",
        "`{% set x %}\n{% endset %}\n{% set y | int(1 // 0) %}{% endset %}`; 3",
        "`{% for i in [1, 0]\n%}{{ 1 }}\n{{ 1 // i }}{% endfor %}`; 3",
      })
  void refusalNamesTheLineWhereTheTagBegins(String template, int line) {
    Rendered.assertRefused(
        template, "line " + line + ": its sum '//' divides by zero or leaves 64 bits");
  }

  /** Its author knows what he means; the line would say less. */
  @Test
  void whatATemplateSaysIsSaidWithoutALine() {
    Rendered.assertRefused(
        "\n{{ raise_exception('roles must alternate') }}", "'roles must alternate'");
    Rendered.assertRefused("{{ raise_exception(1.50) }}", "'1.5'");
  }

  @Test
  void outputMayBeAsLongAsItsBoundAndNoLonger() {
    String tens = "{% for i in range(10) %}0123456789{% endfor %}";
    assertThat(new ChatRenderer(tens, 100).render(Map.of())).hasSize(100);
    for (String longer : List.of(tens + "!", "{% if true %}" + tens + tens + "{% endif %}")) {
      assertThatThrownBy(() -> new ChatRenderer(longer, 100).render(Map.of()))
          .isInstanceOf(RefusedException.class)
          .hasMessage("it writes text that is too long, or without end");
    }
  }

  @Test
  void valueThatGrowsWithoutEndIsRefused() {
    String doubled = "{% set ns = namespace(x=[1]) %}{% for i in range(99) %}{% set ns.x = ";
    Rendered.assertRefused(
        doubled + "ns.x * 2 %}{% endfor %}",
        "line 1: a list can't be repeated, or would be too long");
    Rendered.assertRefused(
        "{{ 'ab' * 999999999999 }}", "line 1: text can't be repeated, or would be too long");
    Rendered.assertRefused(
        "{{ ('x' * 99999).replace('x', 'y' * 99999) }}",
        "line 1: it makes a value of 9999900000 parts, too many");
    Rendered.assertRefused(
        "{{ ('x' * 99999).join(range(9999) | map('string')) }}",
        "line 1: it makes a value of 999890001 parts, too many");
  }

  @Test
  void macroThatCallsItselfForEverIsRefused() {
    Rendered.assertRefused(
        "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
        "its macros call each other or its values are nested without end");
  }

  @Test
  void longTemplateNeedsNoDeepStack() {
    String template = "{% if true %}a{% endif %}{{ 'b' }}\n".repeat(5_000);
    assertThat(Rendered.of(template)).isEqualTo("ab\n".repeat(4_999) + "ab");
    assertThat(Rendered.of("{{ '" + "y".repeat(500_000) + "' | length }}")).isEqualTo("500000");
  }
}
