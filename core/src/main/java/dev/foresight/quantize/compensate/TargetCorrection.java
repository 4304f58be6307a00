package dev.foresight.quantize.compensate;

import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.tensor.Matrix;
import dev.foresight.tensor.MatrixProduct;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.factory.LinearSolverFactory_DDRM;
import org.ejml.interfaces.linsol.LinearSolverDense;

/**
 * What weights should be where their input is not the float model's x but x̂, which quantized
 * blocks send: W* = W + α W D H⁻¹ with D = Σ (x - x̂) x̂ᵀ and H = Σ x̂ x̂ᵀ (CoreQ, arXiv
 * 2602.05902; QEP, Qronos and GPTAQ up to α).
 *
 * <p>α = ⟨W D H⁻¹, W D⟩ / ⟨W E, W⟩ with E = Σ (x - x̂) (x - x̂)ᵀ, kept in [0, 1]: the share of the
 * output's mismatch that is linear in x̂, one number for each matrix.
 */
final class TargetCorrection {
  private final MatrixProduct product;
  private final Matrix mismatch; // Dᵀ
  private final Matrix solved; // H⁻¹ Dᵀ
  private final Matrix squares; // E

  /**
   * @param floats x, [n, in], with the roots of their weights
   * @param inputs x̂ of the same tokens
   * @param scale what the weights' columns are multiplied by
   * @param products H of {@code inputs}, shrunk and damped
   * @param name what messages call the role
   * @throws InputException if H is not positive definite
   */
  TargetCorrection(
      Matrix floats,
      Matrix inputs,
      float[] scale,
      Products products,
      MatrixProduct product,
      String name) {
    this.product = product;
    Matrix sent = Products.channels(inputs, scale);
    Matrix missing = Products.channels(floats, scale);
    for (int i = 0; i < sent.values().length; i++) {
      missing.values()[i] -= sent.values()[i];
    }
    mismatch = product.timesTransposed(sent, missing);
    squares = product.timesTransposed(missing, missing);
    solved = solve(products, mismatch, name);
  }

  private static Matrix solve(Products products, Matrix right, String name) {
    int columns = products.columns();
    LinearSolverDense<DMatrixRMaj> solver = LinearSolverFactory_DDRM.chol(columns);
    if (!solver.setA(doubles(columns, products.values()))) {
      throw new InputException(
          Words.format(
              "%s has propagated rows whose products are not positive definite: raise --shrinkage.",
              name));
    }
    DMatrixRMaj solution = new DMatrixRMaj(columns, columns);
    solver.solve(doubles(columns, right.values()), solution);
    Matrix solved = Matrix.zeros(columns, columns);
    for (int i = 0; i < solved.values().length; i++) {
      solved.values()[i] = (float) solution.data[i];
    }
    return solved;
  }

  private static DMatrixRMaj doubles(int columns, float[] values) {
    DMatrixRMaj doubles = new DMatrixRMaj(columns, columns);
    for (int i = 0; i < values.length; i++) {
      doubles.data[i] = values[i];
    }
    return doubles;
  }

  /**
   * W*.
   *
   * @param scaled W, [out, in]
   */
  Target of(Matrix scaled) {
    Matrix correction = product.timesTransposed(scaled, solved);
    double explained = dot(correction, product.timesTransposed(scaled, mismatch));
    double all = dot(product.timesTransposed(scaled, squares), scaled);
    double share = all > 0 ? Math.min(1, Math.max(0, explained / all)) : 0;
    Matrix target = Matrix.zeros(scaled.rows(), scaled.columns());
    for (int i = 0; i < target.values().length; i++) {
      target.values()[i] = (float) (scaled.values()[i] + share * correction.values()[i]);
    }
    return new Target(target, share);
  }

  private static double dot(Matrix a, Matrix b) {
    double sum = 0;
    for (int i = 0; i < a.values().length; i++) {
      sum += (double) a.values()[i] * b.values()[i];
    }
    return sum;
  }
}
