package dev.foresight.text.python;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foresight.InputException;
import dev.foresight.text.ChatMessage;
import dev.foresight.text.ChatTemplate;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** String methods in templates; what they give is what Python 3.11 gives for the same words. */
class PythonStringsTest {
  private static String render(String template, String content) {
    return new ChatTemplate("here", template, Map.of())
        .render(List.of(new ChatMessage("user", content)));
  }

  /** The value of an expression over {@code s}, the content of the message. */
  private static String of(String expression, String s) {
    return render("{% set s = messages[0].content %}<{{ " + expression + " }}>", s);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "s.strip('x'); xxaxx; a",
        "s.lstrip('ba'); abcab; cab",
        "s.rstrip('ba'); abcab; abc",
        "s.strip(''); xx; xx",
        "s.upper(); straße; STRASSE",
        "s.lower(); ÀB; àb",
        "s.lower(); ΑΣ; ας",
        "s.replace('aa', 'b'); aaa; ba",
        "s.replace('', '-'); ab; -a-b-",
        "'yes' if s.startswith('') else 'no'; ab; yes",
        "'yes' if s.endswith('a') else 'no'; ab; no",
        "s.split(',')|join('/'); a,b,,c; a/b//c",
        "s.split(',', 0)|join('/'); a,b,c; a,b,c",
        "s.split(',', 1)|join('/'); a,b,c; a/b,c",
        "s.split(',', -1)|join('/'); a,b,c; a/b/c",
        "s.split(',')|length; abc; 1",
        "s.split(',', maxsplit=1)|join('/'); a,b,c; a/b,c",
        "s.replace('a', 'b', 2); aaa; bba",
        "s.replace('', '-', 2); ab; -a-b",
        "s.replace('', '-'); 😀; -😀-",
        "s.removeprefix('a').removesuffix('c'); abc; b",
        "s.find('b'); 😀b; 1",
        "s.find('c'); ab; -1",
        "s.join(['a', 'b']); /; a/b",
        "s.startswith(('x', 'a')); ab; True",
        "s|trim; ` x `; x",
      })
  void methodGivesWhatPythonGives(String expression, String s, String expected) {
    assertThat(of(expression, s)).isEqualTo("<" + expected + ">");
  }

  /** str.isspace of Python: no-break and other spaces, separators and U+0085, not U+200B. */
  @Test
  void whiteSpaceIsPythons() {
    assertThat(of("s.strip()", "  \u00a0\u2003x\u001c\u0085 ")).isEqualTo("<x>");
    assertThat(of("s.lstrip()", "\u2028 x ")).isEqualTo("<x >");
    assertThat(of("s.rstrip()", " x\u3000")).isEqualTo("< x>");
    assertThat(of("s.strip()", "a\u200b")).isEqualTo("<a\u200b>");
    assertThat(of("s.split()|join('/')", "\u00a0a\u2003b \n c")).isEqualTo("<a/b/c>");
    assertThat(of("s.split()|length", " ")).isEqualTo("<0>");
  }

  @Test
  void charactersBeyondTheBasicPlaneAreWhole() {
    assertThat(of("s.strip('\ud83d\ude00')", "\ud83d\ude00x\ud83d\ude00")).isEqualTo("<x>");
    assertThat(of("s.strip('\ud83d\ude00')", "\ud83d\ude01x")).isEqualTo("<\ud83d\ude01x>");
  }

  /** None stands for the default. */
  @Test
  void noneIsWhiteSpace() {
    assertThat(of("s.strip(none)", " x ")).isEqualTo("<x>");
    assertThat(of("s.split(none)|join('/')", " a b ")).isEqualTo("<a/b>");
  }

  /** Python: ValueError, empty separator. */
  @Test
  void splitByNothingIsRefusedAndNoEndlessLoop() {
    Assertions.assertTimeoutPreemptively(
        Duration.ofSeconds(20),
        () ->
            assertThatThrownBy(() -> of("s.split('')", "ab"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("empty separator"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "s.title()              | title of a string with 0 arguments",
        "s.split(',', 1, 2)     | split of a string with 3 arguments",
        "s.strip('a', 'b')      | strip of a string with 2 arguments",
        "s.replace('a')         | replace of a string without an argument that it needs",
        "s.strip(1)             | strip of a string with a whole number",
        "s.split(none, 1)       | by white space a number of times",
        "s.encode('utf-8')      | encode of a string with 1 arguments"
      })
  void methodOrArgumentThatIsNotKnownIsRefused(String expression, String part) {
    assertThatThrownBy(() -> of(expression, "x"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(part);
  }

  /** What a user writes is never read as a template. */
  @Test
  void contentIsNotTemplate() {
    for (String content : List.of("{{ 1 + 1 }}", "{% raw %}", "{# no #}", "\\n", "'\"")) {
      assertThat(render("{{ messages[0].content }}", content)).isEqualTo(content);
      assertThat(render("{{ messages[0].content.strip() + '!' }}", content))
          .isEqualTo(content + "!");
    }
  }

  /** All c of Python 3.11 with {@code chr(c).isspace()}. */
  @Test
  void noOtherCharacterIsWhiteSpace() {
    String all =
        "\t\n\u000b\f\r\u001c\u001d\u001e\u001f \u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004"
            + "\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000";
    StringBuilder found = new StringBuilder();
    for (int point = 0; point <= Character.MAX_CODE_POINT; point++) {
      if (PythonStrings.isSpace(point)) {
        found.appendCodePoint(point);
      }
    }
    assertThat(found).hasToString(all);
  }

  /** Each is a method of Python's str; dir(str) has no others without underscores. */
  @Test
  void everyMethodOfPythonIsThereAndNoOther() {
    assertThat(PythonStrings.NAMES)
        .hasSize(47)
        .contains("zfill", "format_map")
        .doesNotContain("len");
    assertThat(of("s.zfill is defined", "x")).isEqualTo("<True>");
    assertThat(of("s.reverse is defined", "x")).isEqualTo("<False>");
  }
}
