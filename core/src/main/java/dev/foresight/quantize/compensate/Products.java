package dev.foresight.quantize.compensate;

import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.quantize.kernel.Kernels;
import dev.foresight.tensor.Matrix;
import dev.foresight.tensor.MatrixProduct;
import dev.foresight.tensor.MatrixProduct.Factor;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * H, the mean products of a role's input channels, as rounding weighs errors by: of the channels of
 * scaled weights, off-diagonals shrunk, damped.
 *
 * <p>Few rows know the diagonal better than what is beside it, so off-diagonals are multiplied by 1
 * - λ, as Ledoit and Wolf (2004) shrink a covariance. Then 1 % of the mean of the diagonal is added
 * to it, as GPTQ does (arXiv 2210.17323), which makes H positive definite.
 *
 * @param columns input channels
 * @param values [columns, columns], symmetric to the bit
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
record Products(int columns, float[] values) {
  private static final double DAMPING = 0.01;
  private static final int PANEL = 512;

  /**
   * @param rows X [n, columns], with the roots of their weights: H is XᵀX
   * @param scale what the weights' columns are multiplied by
   * @param shrinkage λ, 0 to 1
   * @param name what messages call the role
   * @throws InputException if a row is not finite
   */
  static Products of(
      Matrix rows, float[] scale, double shrinkage, MatrixProduct product, String name) {
    int columns = rows.columns();
    float[] values = gram(channels(rows, scale), product);
    double sum = 0;
    for (int k = 0; k < columns; k++) {
      sum += values[k * columns + k];
    }
    if (!Double.isFinite(sum)) {
      throw new InputException(
          Words.format(
              "%s has sampled rows whose products overflow: the sketches are damaged or the model overflows; calibrate again.",
              name));
    }
    float kept = (float) (1 - shrinkage);
    for (int k = 0; k < columns; k++) {
      for (int j = 0; j < columns; j++) {
        if (j != k) {
          values[k * columns + j] *= kept;
        }
      }
    }
    double damp = sum > 0 ? DAMPING * sum / columns : 1; // a role that is never active
    for (int k = 0; k < columns; k++) {
      values[k * columns + k] = (float) (values[k * columns + k] + damp);
    }
    return new Products(columns, values);
  }

  /** The rows' transpose [columns, n], each channel divided by its scale. */
  static Matrix channels(Matrix rows, float[] scale) {
    Matrix channels = Matrix.zeros(rows.columns(), rows.rows());
    for (int j = 0; j < rows.columns(); j++) {
      for (int t = 0; t < rows.rows(); t++) {
        channels.values()[j * rows.rows() + t] = rows.values()[t * rows.columns() + j] / scale[j];
      }
    }
    return channels;
  }

  /** Panel by panel up to the diagonal; the rest is its mirror. */
  private static float[] gram(Matrix channels, MatrixProduct product) {
    int columns = channels.rows();
    int n = channels.columns();
    float[] values = new float[Math.multiplyExact(columns, columns)];
    for (int from = 0; from < columns; from += PANEL) {
      int to = Math.min(columns, from + PANEL);
      Matrix part =
          new Matrix(to - from, n, Arrays.copyOfRange(channels.values(), from * n, to * n));
      float[] panel = new float[to * (to - from)];
      try (Factor right = product.right(part)) {
        right.times(channels.values(), to, panel);
      }
      for (int i = 0, at = 0; i < to; i++) {
        for (int j = from; j < to; j++, at++) {
          if (i <= j) {
            values[i * columns + j] = panel[at];
            values[j * columns + i] = panel[at];
          }
        }
      }
    }
    return values;
  }

  /** Channels by falling diagonal, equal ones by index: the order in which GPTQ takes them. */
  int[] order() {
    return IntStream.range(0, columns)
        .boxed()
        .sorted(Comparator.comparing(k -> -values[k * columns + k]))
        .mapToInt(k -> k)
        .toArray();
  }

  /** 1 / H_kk. */
  float[] inverseDiagonal() {
    float[] inverse = new float[columns];
    for (int k = 0; k < columns; k++) {
      inverse[k] = 1 / values[k * columns + k];
    }
    return inverse;
  }

  /** Σ_ij E_i H E_iᵀ over rows of errors: what is minimised. */
  double loss(Kernels kernels, float[] errors) {
    double loss = 0;
    for (int at = 0; at < errors.length; at += columns) {
      for (int k = 0; k < columns; k++) {
        loss += errors[at + k] * (double) kernels.dot(values, k * columns, errors, at, columns);
      }
    }
    return loss;
  }
}
