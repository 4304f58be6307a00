package dev.foresight.quantize;

import dev.foresight.quantize.kernel.Sums;
import dev.foresight.tensor.Matrix;
import dev.foresight.tensor.MatrixProduct;

/** The product by its definition. */
public final class PlainProduct implements MatrixProduct {
  @Override
  public Factor left(Matrix a) {
    return new Kept(a) {
      @Override
      public void times(float[] other, int rows, float[] product) {
        for (int i = 0; i < a.rows(); i++) {
          for (int j = 0; j < rows; j++) {
            product[i * rows + j] = dot(i, other, j);
          }
        }
      }
    };
  }

  @Override
  public Factor right(Matrix b) {
    return new Kept(b) {
      @Override
      public void times(float[] other, int rows, float[] product) {
        for (int i = 0; i < rows; i++) {
          for (int j = 0; j < b.rows(); j++) {
            product[i * b.rows() + j] = dot(j, other, i);
          }
        }
      }
    };
  }

  private abstract static class Kept implements Factor {
    private final Matrix matrix;

    Kept(Matrix matrix) {
      this.matrix = matrix;
    }

    float dot(int row, float[] other, int otherRow) {
      int length = matrix.columns();
      return Sums.dot(matrix.values(), row * length, other, otherRow * length, length);
    }

    @Override
    public void close() {}
  }
}
