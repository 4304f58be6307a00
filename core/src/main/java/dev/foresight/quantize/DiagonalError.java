package dev.foresight.quantize;

import dev.foresight.tensor.Matrix;

/**
 * Σ_ij E[x_j²] ΔW_ij².
 *
 * @param meanSquare E[x_j²], one per input channel
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
record DiagonalError(float[] meanSquare) implements OutputError {
  @Override
  public double of(Matrix difference) {
    double error = 0;
    for (int row = 0; row < difference.rows(); row++) {
      int columns = difference.columns();
      error += Sums.weightedSquares(difference.values(), row * columns, meanSquare, 0, columns);
    }
    return error;
  }

  @Override
  public GroupError ofGroup(int start, int group) {
    return (differences, errors) -> {
      for (int i = 0; i < differences.rows(); i++) {
        errors[i] = Sums.weightedSquares(differences.values(), i * group, meanSquare, start, group);
      }
    };
  }
}
