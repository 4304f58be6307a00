package dev.foresight.quantize.compensate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Numbers by hand: v = 1 / S + 2 C / N, λ = v / (1 + v). */
class ShrinkageTest {
  private static float[] alike(int rows) {
    float[] weights = new float[rows];
    Arrays.fill(weights, 3);
    return weights;
  }

  private static int[] inTurn(int rows, int shards) {
    return IntStream.range(0, rows).map(t -> t % shards).toArray();
  }

  /** 1/8 + 2·64/1024 = 1/4, and a quarter of five quarters. */
  @Test
  void shardsAndRowsOfEqualWeightCountAsManyAsTheyAre() {
    assertThat(Shrinkage.of(64, alike(1024), inTurn(1024, 8))).isCloseTo(0.2, within(1e-12));
  }

  /** 1 + 2·64/128 = 2. */
  @Test
  void rowsOfUnknownShardsAreOfOne() {
    assertThat(Shrinkage.of(64, alike(128), new int[0])).isCloseTo(2 / 3.0, within(1e-12));
    assertThat(Shrinkage.of(64, alike(128), new int[128])).isCloseTo(2 / 3.0, within(1e-12));
  }

  /** Weights 3 and 1: 16/10 rows and as many shards, so 10/16 + 2·2·10/16 = 50/16. */
  @Test
  void unequalWeightsCountAsFewer() {
    assertThat(Shrinkage.of(2, new float[] {3, 1}, new int[] {0, 1}))
        .isCloseTo(50 / 66.0, within(1e-12));
    assertThat(Shrinkage.of(2, new float[] {0.75f, 0.25f}, new int[] {1, 0}))
        .as("of any common factor")
        .isCloseTo(50 / 66.0, within(1e-12));
  }

  @Test
  void rowsWithoutWeightAreNotThere() {
    float[] weights = {1, 1, 0, 0};
    assertThat(Shrinkage.of(3, weights, new int[] {0, 0, 1, 2}))
        .isEqualTo(Shrinkage.of(3, new float[] {1, 1}, new int[] {0, 0}));
  }
}
