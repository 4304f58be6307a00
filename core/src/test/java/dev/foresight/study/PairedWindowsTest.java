package dev.foresight.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class PairedWindowsTest {
  private static final Variant A = new Variant("a", 3, CalibratedOn.all());
  private static final Variant B = new Variant("b", 3, CalibratedOn.all());

  private static double[] noise(int count, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    return random.doubles(count).map(u -> Math.log1p(u) * 3).toArray();
  }

  private static PairedWindows of(double[] a, double[] b, long seed) {
    return new PairedWindows(Map.of(A, Map.of("text", a), B, Map.of("text", b)), seed);
  }

  @Test
  void intervalOfAMeanIsTheNormalOneForManyWindows() {
    double[] values = noise(400, 1);
    double mean = Arrays.stream(values).average().orElseThrow();
    double variance =
        Arrays.stream(values).map(v -> (v - mean) * (v - mean)).average().orElseThrow();
    Interval interval = of(values, values, 7).interval(s -> s.mean(A, "text"));
    assertThat(interval.value()).isCloseTo(mean, within(1e-12));
    // 1.96: the normal distribution's 97.5 % quantile
    assertThat(interval.high() - interval.low())
        .isCloseTo(2 * 1.96 * Math.sqrt(variance / values.length), withinPercentage(7));
  }

  @Test
  void whatWindowsHaveInCommonCancelsInDifferences() {
    double[] a = noise(40, 2);
    double[] b = Arrays.stream(a).map(v -> v + 0.25).toArray();
    Interval difference = of(a, b, 7).interval(s -> s.mean(B, "text") - s.mean(A, "text"));
    assertThat(difference.low()).isCloseTo(0.25, within(1e-12));
    assertThat(difference.high()).isCloseTo(0.25, within(1e-12));
    assertThat(difference.excludesZero()).isTrue();
  }

  @Test
  void equalSeedsGiveEqualIntervals() {
    double[] values = noise(12, 3);
    Interval once = of(values, values, 5).interval(s -> s.mean(A, "text"));
    assertThat(of(values, values, 5).interval(s -> s.mean(B, "text"))).isEqualTo(once);
    assertThat(of(values, values, 6).interval(s -> s.mean(A, "text"))).isNotEqualTo(once);
  }

  @Test
  void oneWindowHasAnIntervalWithoutWidth() {
    Interval interval = of(new double[] {2}, new double[] {2}, 1).interval(s -> s.mean(A, "text"));
    assertThat(interval).isEqualTo(new Interval(2, 2, 2));
  }

  @Test
  void variantsOfDifferentWindowsAreNoPairs() {
    assertThatThrownBy(() -> of(new double[3], new double[4], 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("windows of text");
  }
}
