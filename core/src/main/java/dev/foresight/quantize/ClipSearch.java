package dev.foresight.quantize;

import dev.foresight.quantize.kernel.GroupFit;
import dev.foresight.quantize.kernel.Kernels;
import dev.foresight.quantize.kernel.RowWorkers;
import dev.foresight.quantize.plan.Grid;
import dev.foresight.tensor.Matrix;

/**
 * Shrinks the range of each group of each row where that lowers the error of the row's output:
 * steps are fitted to 1, 0.95 … 0.55 of max|w|, and larger weights get the last code. All shrinks
 * of many rows are judged in one matrix product a group.
 */
public final class ClipSearch {
  static final int SHRINKS = 10;
  private static final int BUFFER = 1 << 17; // floats judged at once: half a MiB stays in cache

  private final Grid grid;
  private final int group;
  private final OutputError error;
  private final RowWorkers workers;
  private final float[] ratios = ratios();

  ClipSearch(Grid grid, int group, OutputError error, RowWorkers workers) {
    this.grid = grid;
    this.group = group;
    this.error = error;
    this.workers = workers;
  }

  /** Shares of max|w| that are tried. */
  static float[] ratios() {
    float[] ratios = new float[SHRINKS];
    for (int k = 0; k < SHRINKS; k++) {
      ratios[k] = 1 - k / 20f;
    }
    return ratios;
  }

  /** How many rows of a linear have all their ways for a group judged at once. */
  static int rowsAtOnce(Matrix linear, int group) {
    return Math.min(linear.rows(), Math.max(1, BUFFER / (SHRINKS * group)));
  }

  /**
   * @param scaled weights as they will be rounded, [out, in]
   * @param scale what their columns were multiplied by
   */
  GroupSteps steps(Matrix scaled, float[] scale) {
    int groups = scaled.values().length / group;
    float[] steps = new float[groups];
    byte[] zeros = new byte[groups];
    int atOnce = rowsAtOnce(scaled, group);
    double[] shrunk =
        workers.sum(
            scaled.rows(),
            atOnce,
            (kernels, from, rows) -> {
              OutputError.Trial trial = error.trial(kernels, scale, group, atOnce * SHRINKS);
              double count = 0;
              for (int column = 0; column < scaled.columns(); column += group) {
                count += search(kernels, trial, scaled, from, rows, column, steps, zeros);
              }
              return new double[] {count};
            });
    return new GroupSteps(steps, zeros, shrunk[0] / groups);
  }

  /** One group of some rows; returns how many shrank. */
  private int search(
      Kernels kernels,
      OutputError.Trial trial,
      Matrix scaled,
      int from,
      int rows,
      int column,
      float[] steps,
      byte[] zeros) {
    GroupFit fit = new GroupFit(grid);
    long[] ranges = new long[rows];
    trial.start(column);
    for (int i = 0; i < rows; i++) {
      int at = (from + i) * scaled.columns() + column;
      ranges[i] = kernels.range(scaled.values(), at, group);
      for (float ratio : ratios) {
        fit.fit(ranges[i], ratio);
        trial.add(scaled.values(), at, fit);
      }
    }
    double[] errors = new double[rows * SHRINKS];
    trial.judge(errors);
    int shrunk = 0;
    for (int i = 0; i < rows; i++) {
      int best = least(errors, i * SHRINKS);
      fit.fit(ranges[i], ratios[best]);
      int g = ((from + i) * scaled.columns() + column) / group;
      steps[g] = fit.step;
      zeros[g] = fit.zero();
      shrunk += best > 0 ? 1 : 0;
    }
    return shrunk;
  }

  /** The first of the least; one that is no number never loses, so that rounding refuses it. */
  static int least(double[] errors, int from) {
    int best = 0;
    for (int k = 1; k < SHRINKS; k++) {
      if (errors[from + k] < errors[from + best]) {
        best = k;
      }
    }
    return best;
  }
}
