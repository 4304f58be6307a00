package dev.foresight.quantize.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.foresight.quantize.Changes;
import dev.foresight.quantize.plan.Grid;
import dev.foresight.quantize.plan.SymmetricStep;
import dev.foresight.tensor.DType;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Vectors against the definition, bit for bit. The module is there: the build adds it. */
class KernelsTest {
  private static final int AT = 5; // no kernel may count on an aligned start
  private static final Grid[] GRIDS = {
    new Grid(3, 0, false, DType.F16),
    new Grid(2, 0, true, DType.BF16),
    new Grid(4, 0, true, DType.F16, 0, SymmetricStep.NARROW),
    new Grid(4, 0, false, DType.F16, 1),
    new Grid(8, 0, false, DType.F32),
  };

  private final Kernels plain = new PlainKernels();
  private final Kernels vectors = new VectorKernels();

  /** What weights of a group may look like. */
  enum Weights {
    NORMAL,
    ZERO,
    ONE_SIDED,
    SUBNORMAL,
    NEAR_OVERFLOW,
    MIXED_MAGNITUDES,
    TIES;

    float[] of(int length, long seed) {
      Random random = new Random(seed);
      float[] weights = new float[length + 2 * AT];
      for (int i = 0; i < weights.length; i++) {
        float normal = (float) random.nextGaussian();
        weights[i] =
            switch (this) {
              case NORMAL -> normal;
              case ZERO -> i % 2 == 0 ? 0f : -0f;
              case ONE_SIDED -> 3 + Math.abs(normal);
              case SUBNORMAL -> normal * Float.MIN_NORMAL / 3;
              case NEAR_OVERFLOW -> Math.copySign(Float.MAX_VALUE / (1 + Math.abs(normal)), normal);
              case MIXED_MAGNITUDES -> (float) (normal * Math.pow(10, random.nextInt(-30, 30)));
              case TIES -> random.nextInt(-15, 16) * 0.5f;
            };
      }
      return weights;
    }
  }

  @ParameterizedTest
  @EnumSource
  void vectorsGiveTheBitsOfTheDefinition(Weights kind) {
    for (int length : new int[] {1, 3, 7, 8, 15, 16, 17, 24, 31, 32, 40, 64, 100, 128, 131, 1000}) {
      long seed = 31L * length + kind.ordinal();
      float[] weights = kind.of(length, seed);
      float[] scale = positive(length, seed + 1);
      float[] inverse = Changes.inverse(scale);
      float[] meanSquare = positive(length, seed + 2);
      for (Grid grid : GRIDS) {
        for (float ratio : new float[] {1.1f, 1, 0.55f}) {
          String name = "%s, %d weights, %s, %s".formatted(kind, length, grid, ratio);
          same(name, weights, scale, inverse, meanSquare, length, grid, ratio);
        }
      }
    }
  }

  private void same(
      String name,
      float[] weights,
      float[] scale,
      float[] inverse,
      float[] meanSquare,
      int length,
      Grid grid,
      float ratio) {
    GroupFit fit = new GroupFit(grid);
    long scaled = plain.range(weights, AT, scale, AT, length);
    assertThat(vectors.range(weights, AT, scale, AT, length)).as(name).isEqualTo(scaled);
    fit.fit(scaled, ratio);
    if (fit.usable()) {
      assertThat(vectors.scaledError(weights, AT, scale, inverse, meanSquare, AT, length, fit))
          .as(name)
          .isEqualTo(
              boxed(plain.scaledError(weights, AT, scale, inverse, meanSquare, AT, length, fit)));
      float[] changes = new float[weights.length];
      float[] others = new float[weights.length];
      plain.scaledChanges(weights, AT, scale, inverse, AT, length, fit, changes, AT);
      vectors.scaledChanges(weights, AT, scale, inverse, AT, length, fit, others, AT);
      assertThat(others).as(name).isEqualTo(changes);
    }
    long range = plain.range(weights, AT, length);
    assertThat(vectors.range(weights, AT, length)).as(name).isEqualTo(range);
    fit.fit(range, ratio);
    if (fit.usable()) {
      sameUnscaled(name, weights, inverse, meanSquare, length, fit);
    }
  }

  private void sameUnscaled(
      String name, float[] weights, float[] inverse, float[] meanSquare, int length, GroupFit fit) {
    assertThat(vectors.error(weights, AT, meanSquare, AT, length, fit))
        .as(name)
        .isEqualTo(boxed(plain.error(weights, AT, meanSquare, AT, length, fit)));
    float[] changes = new float[weights.length];
    float[] others = new float[weights.length];
    plain.changes(weights, AT, inverse, AT, length, fit, changes, AT);
    vectors.changes(weights, AT, inverse, AT, length, fit, others, AT);
    assertThat(others).as(name).isEqualTo(changes);
    byte[] codes = new byte[weights.length];
    byte[] otherCodes = new byte[weights.length];
    plain.codes(weights, AT, length, fit, codes);
    vectors.codes(weights, AT, length, fit, otherCodes);
    assertThat(otherCodes).as(name).isEqualTo(codes);
    float[] sums = new float[2];
    float[] otherSums = new float[2];
    plain.leastSquares(weights, AT, meanSquare, AT, length, fit, sums);
    vectors.leastSquares(weights, AT, meanSquare, AT, length, fit, otherSums);
    assertThat(otherSums).as(name).isEqualTo(sums);
    assertThat(vectors.dot(weights, AT, changes, AT, length))
        .as(name)
        .isEqualTo(boxed(plain.dot(weights, AT, changes, AT, length)));
    assertThat(vectors.weightedSquares(changes, AT, meanSquare, AT, length))
        .as(name)
        .isEqualTo(boxed(plain.weightedSquares(changes, AT, meanSquare, AT, length)));
  }

  /** Boxed floats are compared by their bits, and NaN with NaN. */
  private static Float boxed(float value) {
    return value;
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
  void weightThatIsNotFiniteLeavesAStepThatCannotBeUsed(float weight) {
    for (int place : new int[] {0, 40, 70}) {
      float[] weights = new float[72];
      weights[place] = weight;
      for (Kernels kernels : new Kernels[] {plain, vectors}) {
        for (Grid grid : GRIDS) {
          GroupFit fit = new GroupFit(grid);
          fit.fit(kernels.range(weights, 0, 72));
          assertThat(fit.usable()).isFalse();
        }
      }
    }
  }

  @Test
  void sumOfSixteenPartsGoesUpAFixedTree() {
    // numpy 2.4: x = np.float32(1) / np.arange(1, 41, dtype=np.float32); lanes of 16, widths 8 to 1
    float[] x = new float[40];
    float[] ones = new float[40];
    for (int i = 0; i < 40; i++) {
      x[i] = 1f / (i + 1);
      ones[i] = 1;
    }
    float[] lanes = new float[16];
    for (int i = 0; i < 40; i++) {
      lanes[i % 16] += x[i];
    }
    for (int width = 8; width > 0; width /= 2) {
      for (int i = 0; i < width; i++) {
        lanes[i] += lanes[i + width];
      }
    }
    assertThat(plain.dot(x, 0, ones, 0, 40)).isEqualTo(lanes[0]);
    assertThat(vectors.dot(x, 0, ones, 0, 40)).isEqualTo(lanes[0]);
  }

  @ParameterizedTest
  @EnumSource(names = {"F16", "BF16", "F32"})
  void stepIsRoundedAsItsTypeRounds(DType type) {
    GroupFit fit = new GroupFit(new Grid(2, 0, false, type));
    Random random = new Random(7);
    float smallest = type == DType.F16 ? 0x1p-14f : Float.MIN_NORMAL;
    for (int i = 0; i < 200_000; i++) {
      float exact = Math.abs(Float.intBitsToFloat(random.nextInt()));
      if (exact > 0 && Float.isFinite(exact)) {
        assertThat(fit.nearest(exact)).isEqualTo(Math.max(smallest, type.round(exact)));
      }
    }
    for (float exact : new float[] {65503, 65519.99f, 65520, 65535, 1.5f, 0x1.002p0f, 0x1.006p0f}) {
      assertThat(fit.nearest(exact)).isEqualTo(type.round(exact));
    }
  }

  private static float[] positive(int length, long seed) {
    Random random = new Random(seed);
    float[] values = new float[length + 2 * AT];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) Math.exp(3 * random.nextGaussian());
    }
    return values;
  }
}
