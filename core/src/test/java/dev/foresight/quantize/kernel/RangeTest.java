package dev.foresight.quantize.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two floats in one long, and what the kernels put there. The build adds the vector module. */
class RangeTest {
  private static final List<Kernels> ALL = List.of(new PlainKernels(), new VectorKernels());

  private static void assertRange(float below, float above, float... weights) {
    for (Kernels kernels : ALL) {
      long range = kernels.range(weights, 0, weights.length);
      assertThat(Range.below(range)).isEqualTo(below);
      assertThat(Range.above(range)).isEqualTo(above);
    }
  }

  @ParameterizedTest
  @ValueSource(floats = {0, Float.MIN_VALUE, 1, 3.5f, Float.MAX_VALUE, Float.POSITIVE_INFINITY})
  void bothSidesComeBackToTheBit(float side) {
    int bits = Float.floatToRawIntBits(side);
    int other = Float.floatToRawIntBits(0.1f);
    assertThat(Range.below(Range.of(bits, other))).isEqualTo(side);
    assertThat(Range.above(Range.of(bits, other))).isEqualTo(0.1f);
    assertThat(Range.below(Range.of(other, bits))).isEqualTo(0.1f);
    assertThat(Range.above(Range.of(other, bits))).isEqualTo(side);
  }

  @Test
  void sidesAreHowFarWeightsReachFromZero() {
    assertRange(3, 2, 1, -3, 2, 0.5f);
  }

  @Test
  void sideThatNoWeightIsOnIsZero() {
    assertRange(0, 4, 1, 4, 0.25f);
    assertRange(4, 0, -1, -4, -0.25f);
    assertRange(0, 0, 0f, -0f);
  }

  /** 19 weights fill no whole number of lanes; the farthest stand at both ends. */
  @Test
  void weightsBehindTheLastWholeLaneCount() {
    float[] weights = new float[19];
    weights[0] = -7;
    weights[18] = 9;
    assertRange(7, 9, weights);
  }

  @Test
  void scaleOfTheColumnsCountsBeforeTheRangeIsTaken() {
    float[] weights = {99, -1, 2, -3};
    float[] scale = {0.5f, 8, 1, 1};
    for (Kernels kernels : ALL) {
      long range = kernels.range(weights, 1, scale, 1, 3); // of -1 · 8, 2 · 1, -3 · 1
      assertThat(Range.below(range)).isEqualTo(8);
      assertThat(Range.above(range)).isEqualTo(2);
    }
  }

  /** Bits of either sign, in a whole lane and behind it. */
  @ParameterizedTest
  @ValueSource(ints = {0x7fc00000, 0xffc00000, 0x7f800001})
  void weightThatIsNoNumberLeavesASideThatIsNone(int bits) {
    for (int at : new int[] {0, 5, 18}) {
      float[] weights = new float[19];
      weights[3] = -2;
      weights[4] = 2;
      weights[at] = Float.intBitsToFloat(bits);
      for (Kernels kernels : ALL) {
        long range = kernels.range(weights, 0, 19);
        assertThat(Float.isNaN(Range.below(range)) || Float.isNaN(Range.above(range))).isTrue();
      }
    }
  }
}
