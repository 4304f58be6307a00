package dev.foresight.quantize.compensate;

import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.quantize.kernel.RowWorkers;
import dev.foresight.tensor.Matrix;
import dev.foresight.tensor.MatrixProduct;
import dev.foresight.tensor.MatrixProduct.Factor;
import java.util.Arrays;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.CholeskyDecomposition_F64;

/**
 * V, upper triangular, with V Vᵀ = H, panel by panel from the last columns on: the panel's own
 * square is factored by EJML, the rows above it are solved, and their products are taken from all
 * panels before it.
 *
 * <p>Sums, squares and solutions are fp64. Products of two panels are fp32, as those that H is made
 * of: both are off by some 10⁻⁷ √(H_ii H_jj), and what the damping adds is more than that for any
 * channel that has less than ten thousand times the mean square of all.
 */
final class Cholesky {
  private static final double[] NOTHING = {};

  private final int block;
  private final MatrixProduct product;
  private final RowWorkers workers;
  private final String name;

  /**
   * @param block columns of a panel
   * @param name what messages call the role
   */
  Cholesky(int block, MatrixProduct product, RowWorkers workers, String name) {
    this.block = block;
    this.product = product;
    this.workers = workers;
    this.name = name;
  }

  /**
   * @param order channels as rows and columns of V
   * @return V's columns, panel by panel, down to the diagonal: [columns up to the panel's end,
   *     columns of the panel]
   * @throws InputException if H is not positive definite
   */
  float[][] upper(Products products, int[] order) {
    double[][] rest = panels(products, order);
    float[][] upper = new float[rest.length][];
    for (int p = rest.length - 1; p >= 0; p--) {
      int size = size(p, order.length);
      double[] square = square(Arrays.copyOfRange(rest[p], p * block * size, rest[p].length), size);
      solve(rest[p], p * block, square, size);
      System.arraycopy(square, 0, rest[p], p * block * size, square.length);
      float[] panel = floats(rest[p]);
      rest[p] = null;
      upper[p] = panel;
      if (p > 0) {
        workers.sum(p, 1, (kernels, before, one) -> subtract(panel, size, before, rest[before]));
      }
    }
    return upper;
  }

  private int size(int panel, int columns) {
    return Math.min(block, columns - panel * block);
  }

  private double[][] panels(Products products, int[] order) {
    int columns = order.length;
    double[][] panels = new double[(columns + block - 1) / block][];
    for (int p = 0; p < panels.length; p++) {
      int from = p * block;
      int to = from + size(p, columns);
      panels[p] = new double[to * (to - from)];
      for (int i = 0, at = 0; i < to; i++) {
        for (int k = from; k < to; k++, at++) {
          panels[p][at] = products.values()[order[i] * columns + order[k]];
        }
      }
    }
    return panels;
  }

  /** U, upper, with U Uᵀ the square: the lower factor of the square with its axes turned round. */
  private double[] square(double[] square, int size) {
    DMatrixRMaj turned = new DMatrixRMaj(size, size, true, reversed(square));
    CholeskyDecomposition_F64<DMatrixRMaj> cholesky = DecompositionFactory_DDRM.chol(size, true);
    if (!cholesky.decompose(turned)) {
      throw new InputException(
          Words.format(
              "%s has sampled rows whose products are not positive definite: raise --shrinkage.",
              name));
    }
    return reversed(cholesky.getT(null).data);
  }

  private static double[] reversed(double[] values) {
    double[] reversed = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      reversed[i] = values[values.length - 1 - i];
    }
    return reversed;
  }

  /** Replaces each row a above the square by x with x Uᵀ = a. */
  private static void solve(double[] panel, int rows, double[] upper, int size) {
    double[] columns = new double[size * size]; // of U, one after the other
    for (int i = 0; i < size; i++) {
      for (int k = i; k < size; k++) {
        columns[k * size + i] = upper[i * size + k];
      }
    }
    for (int at = 0; at < rows * size; at += size) {
      for (int k = size - 1; k >= 0; k--) {
        double x = panel[at + k] / columns[k * size + k];
        panel[at + k] = x;
        for (int j = 0; j < k; j++) {
          panel[at + j] -= x * columns[k * size + j];
        }
      }
    }
  }

  private double[] subtract(float[] panel, int size, int before, double[] from) {
    int start = before * block;
    int end = start + block;
    float[] products = new float[from.length];
    Matrix own = new Matrix(block, size, Arrays.copyOfRange(panel, start * size, end * size));
    try (Factor right = product.right(own)) {
      right.times(panel, end, products);
    }
    for (int i = 0; i < from.length; i++) {
      from[i] -= products[i];
    }
    return NOTHING;
  }

  private static float[] floats(double[] values) {
    float[] floats = new float[values.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) values[i];
    }
    return floats;
  }
}
