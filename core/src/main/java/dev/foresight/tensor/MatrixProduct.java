package dev.foresight.tensor;

/** A single-precision matrix product from outside, so that the search need not know who does it. */
@FunctionalInterface
public interface MatrixProduct {
  /**
   * {@code a · bᵀ}.
   *
   * @param a [m, k]
   * @param b [n, k]
   * @return [m, n]
   */
  Matrix timesTransposed(Matrix a, Matrix b);
}
