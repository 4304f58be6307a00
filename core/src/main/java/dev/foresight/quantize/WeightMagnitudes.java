package dev.foresight.quantize;

import dev.foresight.tensor.Matrix;
import java.util.List;

/** The weight term of the scale search: how much of its group's range a channel usually fills. */
final class WeightMagnitudes {
  private WeightMagnitudes() {}

  /**
   * w̄_j: mean over all rows of |w_ij| / (max |w| of its group + 1e-6).
   *
   * @param linears the linears of one role, all with the same columns
   */
  static double[] mean(List<Matrix> linears, int group) {
    double[] sums = new double[linears.get(0).columns()];
    int rows = 0;
    for (Matrix weights : linears) {
      rows += weights.rows();
      for (int start = 0; start < weights.values().length; start += group) {
        add(weights.values(), start, group, start % sums.length, sums);
      }
    }
    for (int j = 0; j < sums.length; j++) {
      sums[j] /= rows;
    }
    return sums;
  }

  private static void add(float[] values, int start, int group, int column, double[] sums) {
    double largest = 0;
    for (int j = 0; j < group; j++) {
      largest = Math.max(largest, Math.abs(values[start + j]));
    }
    for (int j = 0; j < group; j++) {
      sums[column + j] += Math.abs(values[start + j]) / (largest + 1e-6);
    }
  }
}
