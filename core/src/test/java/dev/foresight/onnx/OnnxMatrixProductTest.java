package dev.foresight.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foresight.tensor.Matrix;
import java.util.Random;
import org.junit.jupiter.api.Test;

class OnnxMatrixProductTest {
  @Test
  void productsOfAnyShapeEqualSumsInDouble() {
    try (OnnxMatrixProduct product = new OnnxMatrixProduct()) {
      for (int[] shape : new int[][] {{1, 1, 1}, {3, 5, 7}, {64, 33, 130}, {2, 300, 9}}) {
        Matrix a = random(shape[0], shape[1]);
        Matrix b = random(shape[2], shape[1]);
        Matrix found = product.timesTransposed(a, b);
        assertThat(found.rows()).isEqualTo(shape[0]);
        assertThat(found.columns()).isEqualTo(shape[2]);
        assertThat(Llama.relativeRms(found.values(), inDouble(a, b))).isLessThan(1e-6);
      }
    }
  }

  @Test
  void smallProductAfterALargeOneHasNoLeftovers() {
    try (OnnxMatrixProduct product = new OnnxMatrixProduct()) {
      product.timesTransposed(random(50, 50), random(50, 50));
      Matrix two = new Matrix(1, 2, new float[] {3, 4});
      assertThat(product.timesTransposed(two, two).values()).containsExactly(25f);
    }
  }

  @Test
  void matricesThatDoNotFitAreNamed() {
    try (OnnxMatrixProduct product = new OnnxMatrixProduct()) {
      assertThatThrownBy(() -> product.timesTransposed(Matrix.zeros(2, 3), Matrix.zeros(2, 4)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("[2, 3]")
          .hasMessageContaining("[2, 4]");
    }
  }

  private static Matrix random(int rows, int columns) {
    Random random = new Random(7L * rows + columns);
    float[] values = new float[rows * columns];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return new Matrix(rows, columns, values);
  }

  private static float[] inDouble(Matrix a, Matrix b) {
    float[] product = new float[a.rows() * b.rows()];
    for (int i = 0; i < a.rows(); i++) {
      for (int j = 0; j < b.rows(); j++) {
        double sum = 0;
        for (int k = 0; k < a.columns(); k++) {
          sum += (double) a.values()[i * a.columns() + k] * b.values()[j * a.columns() + k];
        }
        product[i * b.rows() + j] = (float) sum;
      }
    }
    return product;
  }
}
