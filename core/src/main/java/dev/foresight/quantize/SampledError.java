package dev.foresight.quantize;

import dev.foresight.tensor.Matrix;
import dev.foresight.tensor.MatrixProduct;

/**
 * Σ_t ‖ΔW x_t‖² over sampled rows that carry the root of their weight.
 *
 * @param rows [n, in], see {@link SampledRows#calibrated}
 */
record SampledError(Matrix rows, MatrixProduct product) implements OutputError {
  @Override
  public double of(Matrix difference) {
    Matrix outputs = product.timesTransposed(rows, difference);
    double error = 0;
    for (int t = 0; t < outputs.rows(); t++) {
      int from = t * outputs.columns();
      error += Sums.dot(outputs.values(), from, outputs.values(), from, outputs.columns());
    }
    return error;
  }

  /**
   * With X the rows' part in the group and δ a change, ‖Xδ‖² is also δ · (XᵀX δ), which is the
   * smaller product where there are more rows than channels in the group.
   */
  @Override
  public GroupError ofGroup(int start, int group) {
    if (rows.rows() <= group) {
      Matrix part = part(start, group);
      return (differences, errors) -> {
        float[] outputs = product.timesTransposed(differences, part).values();
        int n = part.rows();
        for (int i = 0; i < differences.rows(); i++) {
          errors[i] = Sums.dot(outputs, i * n, outputs, i * n, n);
        }
      };
    }
    Matrix channels = transposed(part(start, group));
    Matrix gram = product.timesTransposed(channels, channels);
    return (differences, errors) -> {
      float[] pulled = product.timesTransposed(differences, gram).values();
      for (int i = 0; i < differences.rows(); i++) {
        errors[i] = Sums.dot(differences.values(), i * group, pulled, i * group, group);
      }
    };
  }

  private Matrix part(int start, int group) {
    Matrix part = Matrix.zeros(rows.rows(), group);
    for (int t = 0; t < rows.rows(); t++) {
      System.arraycopy(rows.values(), t * rows.columns() + start, part.values(), t * group, group);
    }
    return part;
  }

  private static Matrix transposed(Matrix matrix) {
    Matrix transposed = Matrix.zeros(matrix.columns(), matrix.rows());
    for (int i = 0; i < matrix.rows(); i++) {
      for (int j = 0; j < matrix.columns(); j++) {
        transposed.values()[j * matrix.rows() + i] = matrix.values()[i * matrix.columns() + j];
      }
    }
    return transposed;
  }
}
