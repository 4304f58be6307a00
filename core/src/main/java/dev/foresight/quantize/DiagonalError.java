package dev.foresight.quantize;

import dev.foresight.tensor.Matrix;

/**
 * Σ_ij E[x_j²] ΔW_ij², summed as {@link DiagonalScreen} does.
 *
 * @param meanSquare E[x_j²], one per input channel
 * @param group channels that are summed in fp32, before groups are in fp64
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
record DiagonalError(float[] meanSquare, int group) implements OutputError {
  @Override
  public double of(Matrix difference) {
    double error = 0;
    float[] values = difference.values();
    for (int start = 0; start < values.length; start += group) {
      int column = start % meanSquare.length;
      error += Sums.weightedSquares(values, start, meanSquare, column, group);
    }
    return error;
  }

  @Override
  public GroupError ofGroup(int start, int size) {
    return (differences, errors) -> {
      for (int i = 0; i < differences.rows(); i++) {
        errors[i] = Sums.weightedSquares(differences.values(), i * size, meanSquare, start, size);
      }
    };
  }
}
