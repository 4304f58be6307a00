package dev.foresight.tensor;

import dev.foresight.Words;

/**
 * Single-precision matrix products from outside, so that the search need not know who does them.
 * Safe for several threads, as are its factors.
 */
public interface MatrixProduct {
  /**
   * Keeps {@code a} ready for products {@code a · otherᵀ}.
   *
   * @param a [m, k]
   */
  Factor left(Matrix a);

  /**
   * Keeps {@code b} ready for products {@code other · bᵀ}.
   *
   * @param b [n, k]
   */
  Factor right(Matrix b);

  /**
   * {@code a · bᵀ}, once.
   *
   * @param a [m, k]
   * @param b [n, k]
   * @return [m, n]
   */
  default Matrix timesTransposed(Matrix a, Matrix b) {
    if (a.columns() != b.columns()) {
      throw new IllegalArgumentException(
          Words.format("No product of [%d, %d] and the transpose of [%d, %d]", a.rows(), a.columns(), b.rows(), b.columns()));
    }
    Matrix product = Matrix.zeros(a.rows(), b.rows());
    try (Factor left = left(a)) {
      left.times(b.values(), b.rows(), product.values());
    }
    return product;
  }

  /** A matrix that stays while others are multiplied with it. */
  interface Factor extends AutoCloseable {
    /**
     * @param other [rows, k], from the array's start on
     * @param product row-major from the array's start on, overwritten: [m, rows] for a left factor,
     *     [rows, n] for a right one
     */
    void times(float[] other, int rows, float[] product);

    @Override
    void close();
  }
}
