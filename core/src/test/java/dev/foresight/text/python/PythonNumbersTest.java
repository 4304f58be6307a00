package dev.foresight.text.python;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PythonNumbersTest {
  private static Object calculated(long a, String operator, long b) {
    return PythonNumbers.calculate(operator, a, b);
  }

  private static String rounded(double value, long digits) {
    return PythonNumerals.repr((Double) PythonNumerals.round(value, digits));
  }

  /** core/src/test/python/template_golden.py: repr and round of Python 3.11. */
  @Test
  void fractionsAreWrittenAndRoundedAsPythonDoes() throws IOException {
    JsonNode rows;
    try (var in = PythonNumbersTest.class.getResourceAsStream("/text/fractions.json")) {
      rows = new ObjectMapper().readTree(in);
    }
    assertThat(rows).hasSize(120);
    for (JsonNode row : rows) {
      double value = Double.parseDouble(row.get(0).asText());
      assertThat(PythonNumerals.repr(value)).isEqualTo(row.get(1).asText());
      assertThat(rounded(value, 2)).isEqualTo(row.get(2).asText());
      assertThat(rounded(value, 0)).isEqualTo(row.get(3).asText());
      Object tenths = PythonNumerals.round(value, 1);
      assertThat(PythonJson.filter(tenths, new Arguments(List.of(), Map.of())))
          .isEqualTo(row.get(4).asText());
    }
  }

  @Test
  void whatIsWrittenReadsBackAsTheSameNumber() {
    double value = 1;
    for (int i = 0; i < 2_000; i++) {
      value = value * -1.7320508 + 1e-3;
      value = Math.abs(value) > 1e280 ? 1 / value : value;
      assertThat(Double.parseDouble(PythonNumerals.repr(value))).isEqualTo(value);
    }
  }

  /** {@code divmod} of Python 3.11: the remainder has the sign of the divisor. */
  @ParameterizedTest
  @CsvSource({"7, 3, 2, 1", "-7, 3, -3, 2", "7, -3, -3, -2", "-7, -3, 2, -1", "0, -5, 0, 0"})
  void quotientIsRoundedDown(long a, long b, long quotient, long remainder) {
    assertThat(calculated(a, "//", b)).isEqualTo(quotient);
    assertThat(calculated(a, "%", b)).isEqualTo(remainder);
  }

  @Test
  void truthValuesCount() {
    assertThat(PythonNumbers.calculate("+", true, true)).isEqualTo(2L);
    assertThat(PythonNumbers.calculate("*", true, 1.5)).isEqualTo(1.5);
    assertThat(PythonNumbers.signed("-", true)).isEqualTo(-1L);
    assertThat(PythonNumbers.signed("+", false)).isEqualTo(0L);
  }

  @Test
  void quotientIsAFractionAlsoOfWholeNumbers() {
    assertThat(calculated(6, "/", 2)).isEqualTo(3.0);
    assertThat(calculated(2, "**", 62)).isEqualTo(1L << 62);
    assertThat(calculated(0, "**", 0)).isEqualTo(1L);
  }

  /** Python's whole numbers have no end; these would, silently. */
  @Test
  void numberBeyondSixtyFourBitsIsRefused() {
    long most = Long.MAX_VALUE;
    assertBeyond(() -> calculated(most, "+", 1), "+");
    assertBeyond(() -> calculated(Long.MIN_VALUE, "-", 1), "-");
    assertBeyond(() -> calculated(most, "*", 2), "*");
    assertBeyond(() -> calculated(2, "**", 63), "**");
    assertBeyond(() -> calculated(Long.MIN_VALUE, "//", -1), "//");
    assertBeyond(() -> PythonNumbers.signed("-", Long.MIN_VALUE), "-");
  }

  @Test
  void divisionByZeroIsRefused() {
    for (String operator : List.of("/", "//", "%")) {
      assertBeyond(() -> calculated(1, operator, 0), operator);
      assertBeyond(() -> PythonNumbers.calculate(operator, 1.0, 0.0), operator);
    }
  }

  private static void assertBeyond(Runnable sum, String operator) {
    assertThatThrownBy(sum::run)
        .isInstanceOf(RefusedException.class)
        .hasMessage("its sum '" + operator + "' divides by zero or leaves 64 bits");
  }

  @Test
  void sumWhoseValueIsNotKnownIsRefused() {
    assertThatThrownBy(() -> calculated(1L << 53, "/", 3))
        .hasMessage("a quotient of numbers beyond 53 bits is not known here");
    assertThatThrownBy(() -> calculated(2, "**", -1))
        .hasMessage("a power with the exponent -1 is not known here");
    assertThatThrownBy(() -> PythonNumbers.calculate("%", 1.5, 1.0))
        .hasMessage("'%' of fractions is not known here");
    assertThatThrownBy(() -> PythonNumbers.calculate("+", "a", 1L))
        .hasMessage("text + a whole number is not known here; '~' joins any values as text");
    assertThatThrownBy(() -> PythonNumbers.calculate("-", List.of(), List.of()))
        .hasMessage("a list - a list is not known here; '~' joins any values as text");
    assertThatThrownBy(() -> PythonNumbers.signed("-", "a")).hasMessage("'-' before text");
  }

  @Test
  void textsAndListsAreJoinedAndRepeated() {
    assertThat(PythonNumbers.calculate("+", "a", "b")).isEqualTo("ab");
    assertThat(PythonNumbers.calculate("+", List.of(1L), List.of("a"))).isEqualTo(List.of(1L, "a"));
    assertThat(PythonNumbers.calculate("*", "ab", 3L)).isEqualTo("ababab");
    assertThat(PythonNumbers.calculate("*", -1L, "ab")).isEqualTo("");
    assertThat(PythonNumbers.calculate("*", List.of(1L), 2L)).isEqualTo(List.of(1L, 1L));
    assertThatThrownBy(() -> PythonNumbers.calculate("*", "ab", 1L << 40))
        .hasMessage("text can't be repeated, or would be too long");
    assertThatThrownBy(() -> PythonNumbers.calculate("*", "ab", "cd"))
        .hasMessage("text can't be repeated, or would be too long");
  }

  @Test
  void wholeNumbersStayWholeWhenTheyAreRounded() {
    assertThat(PythonNumerals.round(7L, 0)).isEqualTo(7L);
    assertThat(PythonNumerals.round(true, 2)).isEqualTo(1L);
    assertThatThrownBy(() -> PythonNumerals.round(Double.NaN, 0))
        .hasMessage("a fraction can't be rounded here");
    assertThatThrownBy(() -> PythonNumerals.round("1", 0)).hasMessage("text can't be rounded here");
  }

  /** {@code int(…)} and {@code float(…)} of Python 3.11 refuse these; the default stands. */
  @ParameterizedTest
  @ValueSource(strings = {"", " ", "x", "1 2", "+ 1", "--1", "0x10", "1,5", "e5", "1e", ".", "é"})
  void textThatIsNoNumberIsNone(String text) {
    assertThat(PythonNumerals.parse(text)).isNull();
    assertThat(PythonNumerals.toWhole(text, "else")).isEqualTo("else");
  }

  @Test
  void textIsReadAsPythonReadsIt() {
    assertThat(PythonNumerals.parse(" +1_000\n")).isEqualTo(1000L);
    assertThat(PythonNumerals.parse("5.")).isEqualTo(5.0);
    assertThat(PythonNumerals.parse("-.5e1")).isEqualTo(-5.0);
    assertThat(PythonNumerals.toWhole("-4.7", 0L)).isEqualTo(-4L);
    assertThat(PythonNumerals.toWhole(Double.POSITIVE_INFINITY, 1L)).isEqualTo(1L);
    assertThat(PythonNumerals.toWhole(true, 0L)).isEqualTo(1L);
    assertThat(PythonNumerals.toWhole(null, 3L)).isEqualTo(3L);
  }

  @Test
  void numberThatOnlyPythonReadsIsRefused() {
    for (String text : List.of("inf", "-NaN", "Infinity", "٣", "1_0.5")) {
      assertThatThrownBy(() -> PythonNumerals.parse(text))
          .hasMessage("'" + text + "' as a number is not known here");
    }
    assertThatThrownBy(() -> PythonNumerals.parse("9223372036854775808"))
        .hasMessage("the number 9223372036854775808 is beyond 64 bits");
    assertThatThrownBy(() -> PythonNumerals.toWhole(1e19, 0L))
        .hasMessage("the filter int of a number beyond 64 bits");
    assertThatThrownBy(() -> PythonNumerals.parse(new PythonValues.Undefined("'x'")))
        .hasMessage("'x' (not defined) can't be a number");
  }
}
