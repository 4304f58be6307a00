package dev.foresight.tensor;

import dev.foresight.Words;

/**
 * A dense fp32 matrix, row-major. The array is shared, not copied: weights are large.
 *
 * @param rows output features of a linear, or sampled tokens
 * @param columns input channels
 * @param values length {@code rows * columns}
 */
@SuppressWarnings("ArrayRecordComponent") // identity is meant: two weights are never compared
public record Matrix(int rows, int columns, float[] values) {
  public Matrix {
    if ((long) rows * columns != values.length) {
      throw new IllegalArgumentException(
          Words.format("%d values do not make a matrix of %d x %d", values.length, rows, columns));
    }
  }

  /** A matrix of zeros. */
  public static Matrix zeros(int rows, int columns) {
    return new Matrix(rows, columns, new float[Math.multiplyExact(rows, columns)]);
  }
}
