package dev.foresight.quantize.compensate;

import dev.foresight.quantize.kernel.RowWorkers;
import dev.foresight.tensor.Matrix;
import dev.foresight.tensor.MatrixProduct;
import dev.foresight.tensor.MatrixProduct.Factor;
import java.util.ArrayList;
import java.util.List;

/**
 * V, upper triangular, with H = V Vᵀ for channels in GPTQ's order, cut into blocks of columns.
 *
 * <p>For an error E of a row, E H Eᵀ = ‖E V‖², and column k of E V is V_kk (e_k + Σ_{i<k} e_i V_ik
 * / V_kk): so each code is to be nearest to its weight plus what the errors before it ask for, by
 * u_ik = V_ik / V_kk. That is GPTQ, whose factor of H⁻¹ is V⁻¹ (arXiv 2307.13304, theorem 6), and
 * no inverse is ever formed.
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
   * @throws dev.foresight.InputException if H is not positive definite
   */
  Triangle(Products products, int[] order, MatrixProduct product, RowWorkers workers, String name) {
    columns = products.columns();
    float[][] upper = new Cholesky(BLOCK, product, workers, name).upper(products, order);
    diagonal = new float[columns];
    for (int k = 0; k < columns; k++) {
      diagonal[k] = at(upper, k, k);
    }
    for (int block = 0; block < upper.length; block++) {
      int from = block * BLOCK;
      int to = from + upper[block].length / Math.min(columns, from + BLOCK);
      units.add(unit(upper, from, to));
      if (to < columns) {
        feedback.add(product.left(behind(upper, from, to)));
      }
      residual.add(product.left(new Matrix(to, to - from, upper[block])));
    }
  }

  /** V_ik. */
  private float at(float[][] upper, int i, int k) {
    int from = k / BLOCK * BLOCK;
    return upper[k / BLOCK][i * Math.min(BLOCK, columns - from) + k - from];
  }

  /** u of one block by itself. */
  private float[] unit(float[][] upper, int from, int to) {
    float[] unit = new float[(to - from) * (to - from)];
    for (int i = from, at = 0; i < to; i++) {
      for (int k = from; k < to; k++, at++) {
        unit[at] = i < k ? at(upper, i, k) / diagonal[k] : 0;
      }
    }
    return unit;
  }

  /** uᵀ of all columns behind a block, [columns - to, to - from]. */
  private Matrix behind(float[][] upper, int from, int to) {
    Matrix behind = Matrix.zeros(columns - to, to - from);
    for (int k = to, at = 0; k < columns; k++) {
      for (int i = from; i < to; i++, at++) {
        behind.values()[at] = at(upper, i, k) / diagonal[k];
      }
    }
    return behind;
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
