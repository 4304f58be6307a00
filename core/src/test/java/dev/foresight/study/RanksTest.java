package dev.foresight.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class RanksTest {
  /** Spearman's own formula without ties: 1 - 6 Σd² / (n (n² - 1)). */
  @Test
  void correlationWithoutTiesIsSpearmansFormula() {
    double[] a = {10, 20, 30, 40, 50};
    double[] b = {2, 1, 4, 3, 5}; // d = 1, 1, 1, 1, 0
    assertThat(Ranks.correlation(a, b)).isCloseTo(1 - 6 * 4 / (5.0 * 24), within(1e-12));
  }

  @Test
  void onlyTheOrderCounts() {
    double[] a = {1, 2, 3, 4};
    assertThat(Ranks.correlation(a, new double[] {0.1, 7, 8, 1e300})).isCloseTo(1, within(1e-12));
    assertThat(Ranks.correlation(a, new double[] {9, 8, -1, -1e9})).isCloseTo(-1, within(1e-12));
  }

  /**
   * Ranks 1, 2.5, 2.5, 4 and 1, 3, 2, 4 are (-1.5, 0, 0, 1.5) and (-1.5, 0.5, -0.5, 1.5) about
   * their middle: 4.5 / sqrt(4.5 * 5) = sqrt(0.9).
   */
  @Test
  void equalValuesShareTheirMeanRank() {
    assertThat(Ranks.correlation(new double[] {1, 2, 2, 3}, new double[] {1, 3, 2, 4}))
        .isCloseTo(Math.sqrt(0.9), within(1e-15));
  }

  @Test
  void oneValueOnlyHasNoOrder() {
    assertThat(Ranks.correlation(new double[] {1, 1, 1}, new double[] {1, 2, 3})).isZero();
    assertThat(Ranks.correlation(new double[] {1, 2, 3}, new double[] {5, 5, 5})).isZero();
    assertThat(Ranks.correlation(new double[] {}, new double[] {})).isZero();
  }

  @Test
  void sidesMayBeExchanged() {
    double[] a = {3, 1, 4, 1, 5, 9, 2, 6};
    double[] b = {2, 7, 1, 8, 2, 8, 1, 8};
    assertThat(Ranks.correlation(a, b)).isEqualTo(Ranks.correlation(b, a));
  }
}
