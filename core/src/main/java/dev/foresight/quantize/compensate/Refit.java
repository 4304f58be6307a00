package dev.foresight.quantize.compensate;

import dev.foresight.quantize.kernel.GroupFit;
import dev.foresight.quantize.kernel.Kernels;
import dev.foresight.tensor.Matrix;
import dev.foresight.tensor.MatrixProduct;
import dev.foresight.tensor.MatrixProduct.Factor;
import java.util.ArrayList;
import java.util.List;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.factory.LinearSolverFactory_DDRM;
import org.ejml.interfaces.linsol.LinearSolverDense;

/**
 * All steps of a row at once by least squares, its codes fixed. With c_a the levels of group a and
 * zeros elsewhere, Q = Σ_a s_a c_a, so what the steps s should change by solves A δ = b with A_ab =
 * c_a H c_bᵀ and b_a = c_a H (W - Q)ᵀ, which the descent has kept.
 *
 * <p>A step is taken over where it lies between half and one and a half times the old one, and
 * rounded to the file's type. Groups whose codes are all zero ask for nothing and keep theirs.
 */
final class Refit implements AutoCloseable {
  private static final double RIDGE = 1e-8;

  private final int group;
  private final List<Factor> ofGroups = new ArrayList<>();

  /**
   * @param group channels of a group
   */
  Refit(Products products, int group, MatrixProduct product) {
    this.group = group;
    int columns = products.columns();
    for (int from = 0; from < columns; from += group) {
      Matrix part = Matrix.zeros(columns - from, group);
      for (int k = from, at = 0; k < columns; k++, at += group) {
        System.arraycopy(products.values(), k * columns + from, part.values(), at, group);
      }
      ofGroups.add(product.right(part));
    }
  }

  /** Rows of a chunk that take no more than 64 MiB for their A. */
  static int rowsAtOnce(int columns, int group) {
    int groups = columns / group;
    return Math.max(1, (1 << 23) / (groups * groups));
  }

  /** Replaces the steps, which leaves (W - Q) H out of date. */
  void refit(RowChunk chunk, Kernels kernels) {
    int groups = chunk.groups;
    double[] squares = squares(chunk, kernels);
    LinearSolverDense<DMatrixRMaj> solver = LinearSolverFactory_DDRM.chol(groups);
    GroupFit fit = new GroupFit(chunk.grid);
    DMatrixRMaj a = new DMatrixRMaj(groups, groups);
    DMatrixRMaj b = new DMatrixRMaj(groups, 1);
    DMatrixRMaj changes = new DMatrixRMaj(groups, 1);
    for (int i = 0; i < chunk.rows; i++) {
      System.arraycopy(squares, i * groups * groups, a.data, 0, groups * groups);
      double ridge = 0;
      for (int g = 0; g < groups; g++) {
        ridge += RIDGE * a.get(g, g) / groups;
        int at = i * chunk.columns + g * group;
        b.data[g] = kernels.dot(chunk.levels, at, chunk.residual, at, group);
      }
      for (int g = 0; g < groups; g++) {
        a.data[g * groups + g] += ridge;
      }
      if (ridge > 0 && solver.setA(a)) { // else all codes of the row are zero
        solver.solve(b, changes);
        for (int g = 0; g < groups; g++) {
          replace(chunk, i * groups + g, changes.data[g], fit);
        }
      }
    }
  }

  private static void replace(RowChunk chunk, int index, double change, GroupFit fit) {
    float old = chunk.steps[index];
    double ratio = (old + change) / old;
    if (ratio > 0.5 && ratio < 1.5) {
      chunk.use(fit, index);
      float rounded = fit.nearest((float) (old + change));
      if (Float.isFinite(rounded)) {
        chunk.steps[index] = rounded;
      }
    }
  }

  /** A of each row, [rows, groups, groups]. */
  private double[] squares(RowChunk chunk, Kernels kernels) {
    int groups = chunk.groups;
    double[] squares = new double[chunk.rows * groups * groups];
    float[] levels = new float[chunk.rows * group];
    float[] pulled = new float[chunk.rows * chunk.columns];
    for (int g = 0; g < groups; g++) {
      for (int i = 0; i < chunk.rows; i++) {
        int at = i * chunk.columns + g * group;
        System.arraycopy(chunk.levels, at, levels, i * group, group);
      }
      ofGroups.get(g).times(levels, chunk.rows, pulled);
      int width = chunk.columns - g * group; // of the groups from this one on
      for (int i = 0; i < chunk.rows; i++) {
        for (int h = g; h < groups; h++) {
          int ofPulled = i * width + (h - g) * group;
          int ofLevels = i * chunk.columns + h * group;
          double square = kernels.dot(pulled, ofPulled, chunk.levels, ofLevels, group);
          squares[(i * groups + g) * groups + h] = square;
          squares[(i * groups + h) * groups + g] = square;
        }
      }
    }
    return squares;
  }

  @Override
  public void close() {
    ofGroups.forEach(Factor::close);
  }
}
