package dev.foresight.text.python;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code str(…)} of Python 3.11 for each value. */
class PythonTextTest {
  @Test
  void textItselfIsWrittenWithoutQuotes() {
    assertThat(PythonText.str("it's\n")).isEqualTo("it's\n");
    assertThat(PythonText.str(new PythonValues.Markup("<b>"))).isEqualTo("<b>");
    assertThat(PythonText.str(new PythonValues.Undefined("x"))).isEmpty();
  }

  @Test
  void plainValuesAreWrittenAsPythonsLiterals() {
    assertThat(PythonText.str(null)).isEqualTo("None");
    assertThat(PythonText.str(true)).isEqualTo("True");
    assertThat(PythonText.str(false)).isEqualTo("False");
    assertThat(PythonText.str(Long.MIN_VALUE)).isEqualTo("-9223372036854775808");
    assertThat(PythonText.str(1.0)).isEqualTo("1.0");
    assertThat(PythonText.str(Double.NaN)).isEqualTo("nan");
    assertThat(PythonText.str(Double.NEGATIVE_INFINITY)).isEqualTo("-inf");
  }

  @Test
  void partsOfListsAndDictsAreQuoted() {
    Map<Object, Object> dict = new LinkedHashMap<>();
    dict.put("a", Arrays.asList(null, 1.5));
    dict.put(2L, new PythonValues.Undefined("x"));
    assertThat(PythonText.str(dict)).isEqualTo("{'a': [None, 1.5], 2: Undefined}");
    assertThat(PythonText.str(List.of())).isEqualTo("[]");
    assertThat(PythonText.str(Map.of())).isEqualTo("{}");
  }

  @Test
  void tupleOfOneHasAComma() {
    assertThat(PythonText.str(new PythonValues.Tuple(List.of()))).isEqualTo("()");
    assertThat(PythonText.str(new PythonValues.Tuple(List.of(1L)))).isEqualTo("(1,)");
    assertThat(PythonText.str(new PythonValues.Tuple(List.of(1L, "a")))).isEqualTo("(1, 'a')");
  }

  @Test
  void rangesAndViewsAreWrittenAsTheirCalls() {
    assertThat(PythonText.str(new PythonValues.Range(0, 3, 1))).isEqualTo("range(0, 3)");
    assertThat(PythonText.str(new PythonValues.Range(3, 0, -1))).isEqualTo("range(3, 0, -1)");
    assertThat(PythonText.str(new PythonValues.View("dict_keys", List.of("a"))))
        .isEqualTo("dict_keys(['a'])");
  }

  /** Double quotes only where there are single ones and no double ones. */
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "a; ['a']",
        "'; [\"'\"]",
        "\"; ['\"']",
        "'\"; ['\\'\"']",
        "\\'; [\"\\\\'\"]",
        "é日本😀; ['é日本😀']",
        "`a\n\r\tb`; ['a\\n\\r\\tb']",
        "`\u0000\u001b\u007f\u0080\u009f\u00a0\u00ad`; ['\\x00\\x1b\\x7f\\x80\\x9f\\xa0\\xad']",
        "`\u200b\u2028\u2029\ufeff\u3000`; ['\\u200b\\u2028\\u2029\\ufeff\\u3000']",
        "`\ue000`; ['\\ue000']",
        "`e\u0301`; ['e\u0301']",
        "`\udb40\udc01`; ['\\U000e0001']",
      })
  void textInAListIsQuotedAsReprQuotesIt(String text, String written) {
    assertThat(PythonText.str(List.of(text))).isEqualTo(written);
  }

  /** Whether such a character is written or escaped depends on Python's edition of Unicode. */
  @Test
  void characterThatThisJavaDoesNotKnowIsRefused() {
    assertThatThrownBy(() -> PythonText.str(List.of("\u0378")))
        .isInstanceOf(RefusedException.class)
        .hasMessage("it writes a list with the character U+0378, which this Java does not know");
    assertThat(PythonText.str("\u0378")).isEqualTo("\u0378");
  }

  /** Python writes where they lie in memory. */
  @Test
  void valueWithoutATextOfItsOwnIsRefused() {
    PythonValues.Function function = arguments -> null;
    assertThatThrownBy(() -> PythonText.str(function)).hasMessage("it writes a function as text");
    assertThatThrownBy(() -> PythonText.str(List.of(PythonValues.Once.of(List.of()))))
        .hasMessage("it writes a generator as text");
    assertThatThrownBy(() -> PythonText.str(new PythonValues.Namespace(Map.of())))
        .hasMessage("it writes a namespace as text");
  }
}
