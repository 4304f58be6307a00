package dev.foresight.quantize.compensate;

import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.tensor.Matrix;
import dev.foresight.tensor.MatrixProduct;
import dev.foresight.tensor.MatrixProduct.Factor;
import java.util.ArrayList;
import java.util.List;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.CholeskyDecomposition_F64;

/**
 * V, upper triangular, with H = V Vᵀ for channels in GPTQ's order, cut into blocks of columns.
 *
 * <p>For an error E of a row, E H Eᵀ = ‖E V‖², and column k of E V is V_kk (e_k + Σ_{i<k} e_i V_ik /
 * V_kk): so each code is to be nearest to its weight plus what the errors before it ask for, by u_ik
 * = V_ik / V_kk. That is GPTQ, whose factor of H⁻¹ is V⁻¹ (arXiv 2307.13304, theorem 6): no inverse
 * is ever formed. V comes of the Cholesky factor of H with its channels in the opposite order.
 */
final class Triangle implements AutoCloseable {
  /** Columns of a block. */
  static final int BLOCK = 128;

  private final int columns;
  private final float[] diagonal;
  private final List<float[]> units = new ArrayList<>();
  private final List<Factor> feedback = new ArrayList<>();
  private final List<Factor> residual = new ArrayList<>();

  /**
   * @param order of the channels
   * @param name what messages call the role
   * @throws InputException if H is not positive definite
   */
  Triangle(Products products, int[] order, MatrixProduct product, String name) {
    columns = products.columns();
    double[] upper = upper(products, order, name);
    diagonal = new float[columns];
    for (int k = 0; k < columns; k++) {
      diagonal[k] = (float) upper[k * columns + k];
    }
    for (int from = 0; from < columns; from += BLOCK) {
      int to = Math.min(columns, from + BLOCK);
      units.add(unit(upper, from, to - from));
      if (to < columns) {
        feedback.add(product.left(behind(upper, from, to)));
      }
      residual.add(product.left(above(upper, from, to)));
    }
  }

  private static double[] upper(Products products, int[] order, String name) {
    int columns = products.columns();
    DMatrixRMaj turned = new DMatrixRMaj(columns, columns);
    for (int i = 0; i < columns; i++) {
      int row = order[columns - 1 - i] * columns;
      for (int j = 0; j < columns; j++) {
        turned.data[i * columns + j] = products.values()[row + order[columns - 1 - j]];
      }
    }
    CholeskyDecomposition_F64<DMatrixRMaj> cholesky = DecompositionFactory_DDRM.chol(columns, true);
    if (!cholesky.decompose(turned)) {
      throw new InputException(
          Words.format(
              "%s has products of sampled rows that are not positive definite: raise --shrinkage, or calibrate with more --rows.",
              name));
    }
    double[] lower = cholesky.getT(null).data;
    double[] upper = new double[lower.length];
    for (int i = 0; i < lower.length; i++) {
      upper[i] = lower[lower.length - 1 - i]; // both axes turned round
    }
    return upper;
  }

  /** u of one block by itself. */
  private float[] unit(double[] upper, int from, int size) {
    float[] unit = new float[size * size];
    for (int i = 0; i < size; i++) {
      for (int j = i + 1; j < size; j++) {
        int k = from + j;
        unit[i * size + j] = (float) (upper[(from + i) * columns + k] / upper[k * columns + k]);
      }
    }
    return unit;
  }

  /** uᵀ of all columns behind a block, [columns - to, to - from]. */
  private Matrix behind(double[] upper, int from, int to) {
    Matrix behind = Matrix.zeros(columns - to, to - from);
    for (int k = to, at = 0; k < columns; k++) {
      for (int i = from; i < to; i++, at++) {
        behind.values()[at] = (float) (upper[i * columns + k] / upper[k * columns + k]);
      }
    }
    return behind;
  }

  /** V's columns of a block down to the diagonal, [to, to - from]. */
  private Matrix above(double[] upper, int from, int to) {
    Matrix above = Matrix.zeros(to, to - from);
    for (int i = 0, at = 0; i < to; i++) {
      for (int k = from; k < to; k++, at++) {
        above.values()[at] = (float) upper[i * columns + k];
      }
    }
    return above;
  }

  int blocks() {
    return units.size();
  }

  /** V_kk of the k-th channel in order. */
  float diagonal(int k) {
    return diagonal[k];
  }

  /** u within a block, [size, size]. */
  float[] unit(int block) {
    return units.get(block);
  }

  /**
   * What errors in a block ask of all columns behind it.
   *
   * @param errors [rows, size of the block]
   * @param into [columns behind, rows], overwritten
   */
  void behind(int block, float[] errors, int rows, float[] into) {
    feedback.get(block).times(errors, rows, into);
  }

  /**
   * What columns of E V in a block are of E H = (E V) Vᵀ.
   *
   * @param parts [rows, size of the block]
   * @param into [columns up to the block's end, rows], overwritten
   */
  void residual(int block, float[] parts, int rows, float[] into) {
    residual.get(block).times(parts, rows, into);
  }

  @Override
  public void close() {
    feedback.forEach(Factor::close);
    residual.forEach(Factor::close);
  }
}
