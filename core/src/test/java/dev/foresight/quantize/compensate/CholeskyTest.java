package dev.foresight.quantize.compensate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.foresight.InputException;
import dev.foresight.quantize.PlainProduct;
import dev.foresight.quantize.kernel.RowWorkers;
import dev.foresight.tensor.Matrix;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CholeskyTest {
  private static Products products(int columns, int rows, float massive) {
    Random random = new Random(20_261_122);
    Matrix x = Matrix.zeros(rows, columns);
    for (int t = 0; t < rows; t++) {
      double cause = random.nextGaussian();
      for (int j = 0; j < columns; j++) {
        x.values()[t * columns + j] = (float) (cause + random.nextGaussian());
      }
      x.values()[t * columns + 5] *= massive;
    }
    float[] ones = new float[columns];
    Arrays.fill(ones, 1);
    return Products.of(x, ones, 0, new PlainProduct(), "x");
  }

  private static float[][] upper(Products products, int[] order, int block, int threads) {
    try (RowWorkers workers = new RowWorkers(threads)) {
      return new Cholesky(block, new PlainProduct(), workers, "model.mlp_input")
          .upper(products, order);
    }
  }

  private static double at(float[][] upper, int block, int columns, int i, int k) {
    if (i > k) {
      return 0;
    }
    int from = k / block * block;
    return upper[k / block][i * Math.min(block, columns - from) + k - from];
  }

  /** Fewer rows than channels, and one channel of a million times the mean square of others. */
  @ParameterizedTest
  @ValueSource(ints = {16, 32, 100, 128})
  void factorTimesItsTransposeIsWhatWasFactored(int block) {
    int columns = 100;
    Products products = products(columns, 40, 1000);
    int[] order = products.order();
    float[][] upper = upper(products, order, block, 1);
    for (int i = 0; i < columns; i++) {
      for (int j = 0; j <= i; j++) {
        double sum = 0;
        for (int k = i; k < columns; k++) {
          sum += at(upper, block, columns, i, k) * at(upper, block, columns, j, k);
        }
        double h = products.values()[order[i] * columns + order[j]];
        double own = products.values()[order[i] * columns + order[i]];
        double other = products.values()[order[j] * columns + order[j]];
        assertThat(sum).isCloseTo(h, within(1e-6 * Math.sqrt(own * other)));
      }
    }
  }

  @Test
  void bitsDoNotDependOnTheNumberOfThreads() {
    Products products = products(100, 40, 3);
    assertThat(upper(products, products.order(), 16, 3))
        .isDeepEqualTo(upper(products, products.order(), 16, 1));
  }

  @Test
  void whatIsNotPositiveDefiniteIsRefusedByTheRolesName() {
    Products products = new Products(2, new float[] {1, 2, 2, 1});
    assertThatThrownBy(() -> upper(products, new int[] {0, 1}, 128, 1))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("model.mlp_input")
        .hasMessageContaining("--shrinkage");
  }
}
