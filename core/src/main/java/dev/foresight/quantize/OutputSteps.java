package dev.foresight.quantize;

import dev.foresight.quantize.SampledError.SolvingTrial;
import dev.foresight.quantize.kernel.GroupFit;
import dev.foresight.quantize.kernel.Kernels;
import dev.foresight.quantize.kernel.RowWorkers;
import dev.foresight.quantize.plan.Grid;
import dev.foresight.tensor.Matrix;

/**
 * The step of each group of each row that leaves the least sampled error of the row's output, all
 * other groups kept: {@link ClipSearch}, and least squares on top.
 *
 * <p>For ten shares of max|w|, 1, 0.95 … 0.55, codes are taken and the step is solved that suits
 * these codes best, as {@link WeightedSteps} does, but under XᵀX of the sampled rows, which knows
 * how channels move together, and not under its diagonal. The best of these is rounded to the
 * file's type, codes are taken again, and it stands against the best share as it is. So the sampled
 * error is never above that of the clip search.
 */
public final class OutputSteps {
  private static final int SHARES = ClipSearch.SHRINKS;

  private final Grid grid;
  private final int group;
  private final SampledError error;
  private final RowWorkers workers;
  private final float[] shares = ClipSearch.ratios();

  OutputSteps(Grid grid, int group, SampledError error, RowWorkers workers) {
    this.grid = grid;
    this.group = group;
    this.error = error;
    this.workers = workers;
  }

  /**
   * @param scaled weights as they will be rounded, [out, in]
   * @param scale what their columns were multiplied by
   */
  GroupSteps steps(Matrix scaled, float[] scale) {
    int groups = scaled.values().length / group;
    float[] steps = new float[groups];
    byte[] zeros = new byte[groups];
    int atOnce = ClipSearch.rowsAtOnce(scaled, group);
    double[] searched =
        workers.sum(
            scaled.rows(),
            atOnce,
            (kernels, from, rows) -> {
              Search search =
                  new Search(kernels, error.trial(kernels, scale, group, atOnce * SHARES), scaled);
              double count = 0;
              for (int column = 0; column < scaled.columns(); column += group) {
                search.best(from, rows, column);
                for (int i = 0; i < rows; i++) {
                  int g = ((from + i) * scaled.columns() + column) / group;
                  steps[g] = search.steps[i];
                  zeros[g] = search.zeros[i];
                  count += search.steps[i] == search.whole[i] ? 0 : 1;
                }
              }
              return new double[] {count};
            });
    return new GroupSteps(steps, zeros, searched[0] / groups);
  }

  /** The groups of some rows from one column on, together. For one thread. */
  private final class Search {
    private final Kernels kernels;
    private final SolvingTrial trial;
    private final Matrix scaled;
    private final GroupFit fit = new GroupFit(grid);

    private float[] whole; // steps of whole ranges
    private float[] steps;
    private byte[] zeros;

    Search(Kernels kernels, SolvingTrial trial, Matrix scaled) {
      this.kernels = kernels;
      this.trial = trial;
      this.scaled = scaled;
    }

    void best(int from, int rows, int column) {
      whole = new float[rows];
      steps = new float[rows];
      zeros = new byte[rows];
      long[] ranges = new long[rows];
      trial.start(column);
      for (int i = 0; i < rows; i++) {
        int at = (from + i) * scaled.columns() + column;
        ranges[i] = kernels.range(scaled.values(), at, group);
        for (float share : shares) {
          fit.fit(ranges[i], share);
          trial.add(scaled.values(), at, fit);
        }
      }
      double[] errors = new double[rows * SHARES];
      double[] factors = new double[rows * SHARES];
      double[] solved = new double[rows * SHARES];
      trial.solve(errors, factors, solved);

      trial.start(column);
      for (int i = 0; i < rows; i++) {
        int share = ClipSearch.least(solved, i * SHARES);
        fit.fit(ranges[i], shares[share]);
        double exact = fit.step * factors[i * SHARES + share];
        if (fit.usable() && factors[i * SHARES + share] > 0) {
          fit.use(fit.nearest((float) exact), Byte.toUnsignedInt(fit.zero()));
        }
        steps[i] = fit.step;
        zeros[i] = fit.zero();
        trial.add(scaled.values(), (from + i) * scaled.columns() + column, fit);
      }
      double[] again = new double[rows];
      trial.judge(again);
      for (int i = 0; i < rows; i++) {
        int share = ClipSearch.least(errors, i * SHARES);
        fit.fit(ranges[i], 1);
        whole[i] = fit.step;
        if (!(again[i] < errors[i * SHARES + share])) {
          fit.fit(ranges[i], shares[share]);
          steps[i] = fit.step;
          zeros[i] = fit.zero();
        }
      }
    }
  }
}
