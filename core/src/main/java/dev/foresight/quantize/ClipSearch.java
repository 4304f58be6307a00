package dev.foresight.quantize;

import dev.foresight.tensor.Matrix;

/**
 * Shrinks the range of each group of each row where that lowers the error of the row's output: the
 * largest weights are clamped to 1, 0.95 … 0.55 of max|w|. All shrinks of many rows are judged in
 * one matrix product a group.
 */
final class ClipSearch {
  private static final int SHRINKS = 10;
  private static final int BUFFER = 1 << 18; // floats judged at once: 1 MiB stays in cache

  private final Grid grid;
  private final int group;
  private final OutputError error;
  private final float[] ratios = new float[SHRINKS];

  ClipSearch(Grid grid, int group, OutputError error) {
    this.grid = grid;
    this.group = group;
    this.error = error;
    for (int k = 0; k < SHRINKS; k++) {
      ratios[k] = 1 - k / 20f;
    }
  }

  /**
   * Clips in place.
   *
   * @param scaled weights as they will be rounded, [out, in]
   * @param scale what their columns were multiplied by
   * @return share of the groups whose range shrank
   */
  double clip(Matrix scaled, float[] scale) {
    float[] inverse = Differences.inverse(scale);
    int rowsAtOnce = Math.min(scaled.rows(), Math.max(1, BUFFER / (SHRINKS * group)));
    GroupFit fit = new GroupFit(grid);
    int shrunk = 0;
    for (int column = 0; column < scaled.columns(); column += group) {
      OutputError.GroupError ofGroup = error.ofGroup(column, group);
      for (int row = 0; row < scaled.rows(); row += rowsAtOnce) {
        int rows = Math.min(rowsAtOnce, scaled.rows() - row);
        Matrix differences = Matrix.zeros(rows * SHRINKS, group);
        for (int i = 0; i < rows; i++) {
          int start = (row + i) * scaled.columns() + column;
          differences(scaled.values(), start, inverse, column, fit, differences, i * SHRINKS);
        }
        double[] errors = new double[rows * SHRINKS];
        ofGroup.of(differences, errors);
        for (int i = 0; i < rows; i++) {
          int best = least(errors, i * SHRINKS);
          if (best > 0) {
            clamp(scaled.values(), (row + i) * scaled.columns() + column, ratios[best]);
            shrunk++;
          }
        }
      }
    }
    return (double) shrunk * group / scaled.values().length;
  }

  /** ΔW of one group of one row under each shrink, one row of {@code into} each. */
  private void differences(
      float[] values,
      int start,
      float[] inverse,
      int column,
      GroupFit fit,
      Matrix into,
      int intoRow) {
    float low = 0;
    float high = 0;
    for (int j = start; j < start + group; j++) {
      low = Math.min(low, values[j]);
      high = Math.max(high, values[j]);
    }
    float largest = Math.max(-low, high);
    for (int k = 0; k < SHRINKS; k++) {
      float limit = largest * ratios[k];
      fit.fit(Math.max(low, -limit), Math.min(high, limit));
      int at = (intoRow + k) * group;
      for (int j = 0; j < group; j++) {
        float weight = values[start + j];
        float clamped = weight > limit ? limit : weight < -limit ? -limit : weight;
        into.values()[at + j] =
            Math.fma(fit.level(clamped), fit.step, -weight) * inverse[column + j];
      }
    }
  }

  private static int least(double[] errors, int from) {
    int best = 0;
    for (int k = 1; k < SHRINKS; k++) {
      if (errors[from + k] < errors[from + best]) {
        best = k;
      }
    }
    return best;
  }

  private void clamp(float[] values, int start, float ratio) {
    float largest = 0;
    for (int j = start; j < start + group; j++) {
      largest = Math.max(largest, Math.abs(values[j]));
    }
    float limit = largest * ratio;
    for (int j = start; j < start + group; j++) {
      values[j] = Math.max(-limit, Math.min(limit, values[j]));
    }
  }
}
