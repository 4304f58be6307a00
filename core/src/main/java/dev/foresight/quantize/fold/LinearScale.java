package dev.foresight.quantize.fold;

import dev.foresight.tensor.Matrix;

/**
 * What folding does to one linear: {@code W[i][j] · columns[j] / rows[i]}.
 *
 * @param columns the effective scale of the role it reads, one per input channel
 * @param rows the scale of the role it produces, one per output; all 1 where it produces none
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
public record LinearScale(float[] columns, float[] rows) {
  public Matrix apply(Matrix weights) {
    Matrix scaled = Matrix.zeros(weights.rows(), weights.columns());
    for (int i = 0, at = 0; i < weights.rows(); i++) {
      for (int j = 0; j < weights.columns(); j++, at++) {
        scaled.values()[at] = weights.values()[at] * columns[j] / rows[i];
      }
    }
    return scaled;
  }
}
