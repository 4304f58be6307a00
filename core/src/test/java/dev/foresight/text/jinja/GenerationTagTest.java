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
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The tag {@code generation} of transformers. Texts are what {@code render_jinja_template} of
 * transformers 5.24 (Jinja2 3.1.6) makes of the same templates and messages.
 */
class GenerationTagTest {
  private static final List<ChatMessage> MESSAGES =
      List.of(
          new ChatMessage("user", "a"),
          new ChatMessage("assistant", "b's"),
          new ChatMessage("user", "c"));

  private static String render(String template) {
    return new ChatTemplate("here", template, Map.of()).render(MESSAGES);
  }

  static Stream<Arguments> templates() {
    return Stream.of(
            new String[][] {
              {"{% generation %}x{% endgeneration %}", "x"},
              {"{% generation %}{% endgeneration %}|", "|"},
              {
                "{% for m in messages %}{% if m.role == 'assistant' %}{% generation %}{{ m.content }}!{% endgeneration %}{% else %}({{ m.content }}){% endif %}{% endfor %}",
                "(a)b's!(c)"
              },
              {"a\n{% generation %}\n  b\n{% endgeneration %}\nc", "a\n  b\nc"},
              {"a {%- generation -%} b {%- endgeneration -%} c", "abc"},
              {
                "{% for m in messages %}{% generation %}{{ loop.index }}{% if loop.last %}.{% endif %}{% endgeneration %}{% endfor %}",
                "123."
              },
              {
                "{% generation %}{% for m in messages %}{{ m.content }}{% endfor %}{% endgeneration %}",
                "ab'sc"
              },
              {
                "{% set ns = namespace(x=1) %}{% generation %}{% set ns.x = 2 %}{{ ns.x }}{% endgeneration %}{{ ns.x }}",
                "22"
              },
              {
                "{% set x = 1 %}{% generation %}{% set x = 2 %}{{ x }}{% endgeneration %}{{ x }}",
                "21"
              },
              {"{% generation %}{{ '{% generation %}' }}{% endgeneration %}", "{% generation %}"},
              {
                "{% generation %}{# c #}a{% generation %}b{% endgeneration %}{% endgeneration %}",
                "ab"
              },
            })
        .map(pair -> Arguments.of(pair[0], pair[1]));
  }

  @ParameterizedTest
  @MethodSource("templates")
  void onlyWhatTheTagEnclosesIsWritten(String template, String text) {
    assertThat(render(template)).isEqualTo(text);
  }

  @Test
  void tagThatNobodyClosesIsRefused() {
    assertThatThrownBy(() -> render("{% generation %}{{ messages[0].content }}"))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith("here can't render a conversation: ")
        .hasMessageContaining("endgeneration");
  }

  @Test
  void refusalInsideTheTagIsTheConversations() {
    String template =
        "{% generation %}{{ raise_exception('roles must alternate') }}{% endgeneration %}";
    assertThatThrownBy(() -> render(template))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "here can't render a conversation: 'roles must alternate'. Mend or remove the"
                + " conversation, or name another template by --chat-template.");
  }
}
