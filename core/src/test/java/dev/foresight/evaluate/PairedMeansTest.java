package dev.foresight.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class PairedMeansTest {
  private final double[] a = new double[40];
  private final double[] b = new double[40];

  PairedMeansTest() {
    for (int i = 0; i < a.length; i++) {
      a[i] = 3 + Math.sin(i);
      b[i] = a[i] + 0.01 + 0.02 * Math.cos(3 * i);
    }
  }

  @Test
  void intervalIsThatOfManyResamples() {
    PairedMeans means = PairedMeans.of(a, b, 20_000, 7);
    // numpy 2.4: rng.choice(b - a, (200000, 40)).mean(1), its std(ddof=1) and quantiles
    assertThat(means.difference()).isCloseTo(0.010056748245300385, within(1e-12));
    assertThat(means.standardError()).isCloseTo(0.0021543, within(5e-5));
    assertThat(means.low()).isCloseTo(0.0058461, within(2e-4));
    assertThat(means.high()).isCloseTo(0.0142902, within(2e-4));
    assertThat(means.clear()).isTrue();
  }

  @Test
  void oneSeedGivesOneInterval() {
    assertThat(PairedMeans.of(a, b, 1000, 3)).isEqualTo(PairedMeans.of(a, b, 1000, 3));
    assertThat(PairedMeans.of(a, b, 1000, 3)).isNotEqualTo(PairedMeans.of(a, b, 1000, 4));
  }

  @Test
  void modelIsNoBetterThanItself() {
    PairedMeans same = PairedMeans.of(a, a, 1000, 0);
    assertThat(same.low()).isZero();
    assertThat(same.high()).isZero();
    assertThat(same.clear()).isFalse();
  }
}
