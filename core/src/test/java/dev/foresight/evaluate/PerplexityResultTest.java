package dev.foresight.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class PerplexityResultTest {
  @Test
  void perplexityIsTheExponentOfTheMeanLossNotTheMeanOfPerplexities() {
    PerplexityResult result = PerplexityResult.of(List.of(alone(1, 1, 1), alone(2, 2, 2)));
    assertThat(result.perplexity()).isCloseTo(4.4817, within(5e-5)); // exp(1.5), not 5.0537
    assertThat(result.windows()).isEqualTo(2);
    assertThat(result.positions()).isEqualTo(6);
    assertThat(result.windowLoss()).containsExactly(1, 2);
    assertThat(result.comparison()).isEmpty();
  }

  @Test
  void divergencesOfAllWindowsAreRankedTogether() {
    PerplexityResult.Comparison comparison =
        PerplexityResult.of(
                List.of(
                    compared(new float[] {0.5f, 0.125f, 8}, 2),
                    compared(new float[] {0.25f, 1}, 1)))
            .comparison()
            .orElseThrow();
    assertThat(comparison.meanDivergence()).isEqualTo(1.975);
    assertThat(comparison.medianDivergence()).isEqualTo(0.5);
    // numpy 2.4: np.percentile([0.125, 0.25, 0.5, 1, 8], 99) == 7.72
    assertThat(comparison.p99Divergence()).isCloseTo(7.72, within(1e-12));
    assertThat(comparison.topAgreement()).isEqualTo(0.6);
    assertThat(comparison.windowDivergence()).containsExactly(2.875, 0.625);
    assertThat(comparison.referencePerplexity()).isCloseTo(Math.E, within(1e-12));
  }

  @Test
  void windowsWithAndWithoutReferenceDoNotMix() {
    List<WindowScores> mixed = List.of(alone(1), compared(new float[] {0}, 1));
    assertThatThrownBy(() -> PerplexityResult.of(mixed))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static WindowScores alone(float... loss) {
    return new WindowScores(loss, new float[0], new float[0], 0);
  }

  private static WindowScores compared(float[] divergence, int agreements) {
    float[] ones = new float[divergence.length];
    Arrays.fill(ones, 1);
    return new WindowScores(ones, ones, divergence, agreements);
  }
}
