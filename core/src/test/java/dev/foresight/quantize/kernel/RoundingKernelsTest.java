package dev.foresight.quantize.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.foresight.quantize.plan.Grid;
import dev.foresight.tensor.DType;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Vectors against the definition, bit for bit. The module is there: the build adds it. */
class RoundingKernelsTest {
  private final Random random = new Random(20_261_122);
  private final RoundingKernels plain = new PlainRounding();
  private final RoundingKernels vectors = new VectorRounding();

  private float[] gaussian(int length) {
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  private RoundingTile tile(int columns, long seed) {
    Random own = new Random(seed);
    RoundingTile tile = new RoundingTile(columns, 7);
    for (int at = 0; at < columns * RoundingTile.ROWS; at++) {
      tile.weights[at] = (float) own.nextGaussian();
      tile.targets[at] = tile.weights[at] + (float) own.nextGaussian();
      // also ties, and steps below zero, of zero, and far too small
      float step = own.nextInt(9) == 0 ? 0.5f : (float) own.nextGaussian();
      tile.grid(at, own.nextInt(50) == 0 ? 0 : own.nextInt(20) == 0 ? 1e-30f : step, at % 8);
    }
    return tile;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7, 16, 33, 128})
  void tilesAreRoundedAlike(int columns) {
    float[] unit = gaussian(columns * columns);
    RoundingTile expected = tile(columns, columns);
    RoundingTile actual = tile(columns, columns);
    plain.feedBack(expected, columns, unit);
    vectors.feedBack(actual, columns, unit);
    assertThat(actual.levels).isEqualTo(expected.levels);
    assertThat(actual.errors).isEqualTo(expected.errors);
    assertThat(actual.left).isEqualTo(expected.left);
    assertThat(actual.targets).isEqualTo(expected.targets);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 5, 8, 16, 24, 31, 64, 100, 131})
  void descentsChangeTheSameCodes(int length) {
    int columns = length + 20;
    float[] products = gaussian(columns * columns);
    float[] inverse = new float[columns];
    for (int k = 0; k < columns; k++) {
      products[k * columns + k] = 6 + 3 * random.nextFloat();
      inverse[k] = 1 / products[k * columns + k];
    }
    for (Grid grid :
        new Grid[] {new Grid(3, 0, true, DType.F16), new Grid(4, 0, false, DType.F16)}) {
      GroupFit fit = new GroupFit(grid);
      fit.use(grid.symmetric() ? -0.3f : 0.2f, grid.symmetric() ? 4 : 3);
      float[] levels = new float[length + 3];
      float[] residual = gaussian(columns + 7);
      residual[7 + 9] = 9; // asks for a change at once
      float[] sameLevels = levels.clone();
      float[] sameResidual = residual.clone();
      int changes = plain.descend(levels, 3, residual, 7, products, inverse, 9, length, fit);
      assertThat(vectors.descend(sameLevels, 3, sameResidual, 7, products, inverse, 9, length, fit))
          .isEqualTo(changes);
      assertThat(sameLevels).isEqualTo(levels);
      assertThat(sameResidual).isEqualTo(residual);
      assertThat(changes).isPositive();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 15, 16, 40})
  void sumsAreAlike(int length) {
    float[] terms = gaussian(length + 2);
    float[] expected = gaussian(length + 5);
    float[] actual = expected.clone();
    plain.add(terms, 2, expected, 5, length);
    vectors.add(terms, 2, actual, 5, length);
    assertThat(actual).isEqualTo(expected);
  }
}
