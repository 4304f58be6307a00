package dev.foresight.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class McNemarTest {
  @ParameterizedTest
  @CsvSource({ // Python 3.11: min(1, 2 * Fraction(sum(comb(n, k) for k in range(m + 1)), 2**n))
    "0, 0, 1.0",
    "1, 5, 0.21875",
    "10, 10, 1.0",
    "12, 25, 0.04703102743951604",
    "300, 360, 0.02157234823197102"
  })
  void pValueIsThatOfAFairCoin(int onlyA, int onlyB, double expected) {
    assertThat(new McNemar(1000, onlyA, onlyB).pValue()).isCloseTo(expected, within(1e-12));
    assertThat(new McNemar(1000, onlyB, onlyA).pValue()).isCloseTo(expected, within(1e-12));
  }

  @Test
  void rowsThatBothGetRightOrWrongDoNotCount() {
    boolean[] a = {true, false, true, true, false};
    boolean[] b = {true, false, false, true, true};
    assertThat(McNemar.of(a, b)).isEqualTo(new McNemar(5, 1, 1));
  }

  @Test
  void standardErrorIsThatOfTheMeanDifference() {
    McNemar test = new McNemar(10, 1, 4);
    assertThat(test.difference()).isCloseTo(0.3, within(1e-12));
    // numpy: x = [1, 1, 1, 0, 0, -1, 0, 1, 0, 0]; np.std(x, ddof=1) / np.sqrt(10)
    assertThat(test.standardError()).isCloseTo(0.21343747458109494, within(1e-12));
  }

  @Test
  void rowsOfOtherNumbersCannotBePaired() {
    assertThatThrownBy(() -> McNemar.of(new boolean[2], new boolean[3]))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
