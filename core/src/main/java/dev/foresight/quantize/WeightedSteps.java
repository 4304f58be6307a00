package dev.foresight.quantize;

import dev.foresight.quantize.kernel.GroupFit;
import dev.foresight.quantize.kernel.Kernels;
import dev.foresight.quantize.kernel.RowWorkers;
import dev.foresight.quantize.plan.Grid;
import dev.foresight.tensor.Matrix;

/**
 * The step of each group under Σ_j m_j (Q(w_j) - w_j)² with m_j = E[x_j²]: what llama.cpp does with
 * an importance matrix.
 *
 * <p>Source: {@code make_qx_quants} (symmetric) and {@code make_qkx3_quants} (with a minimum) in
 * ggml-quants.c. Both try steps around the one that the range gives, take codes, solve for the step
 * that suits these codes best, step = Σ m w l / Σ m l², and keep the least error. So it is here,
 * with three differences. Ranges tried go from 1.1 down to 0.53 of max|w| in 20 points, because
 * groups are larger than llama.cpp's 16 or 32 weights and larger groups gain more from a smaller
 * range. A solved step is rounded to the file's type and codes are taken again before it is judged,
 * as the reader will see it. Zero points are integers, so only the step is solved for, not the
 * minimum. And m is E[x²] alone, the diagonal loss, where some llama.cpp types multiply it by
 * sqrt(σ² + w²).
 */
public final class WeightedSteps {
  private static final int POINTS = 20;
  private static final int ROWS = 32;

  private final Grid grid;
  private final int group;
  private final float[] weights;
  private final RowWorkers workers;

  /**
   * @param weights m, one per input channel
   */
  WeightedSteps(Grid grid, int group, float[] weights, RowWorkers workers) {
    this.grid = grid;
    this.group = group;
    this.weights = weights;
    this.workers = workers;
  }

  /**
   * @param values weights as they will be rounded, [out, in]
   */
  GroupSteps steps(Matrix values) {
    int groups = values.values().length / group;
    float[] steps = new float[groups];
    byte[] zeros = new byte[groups];
    double[] searched =
        workers.sum(
            values.rows(),
            ROWS,
            (kernels, from, rows) -> {
              Search search = new Search(kernels, values.values());
              double count = 0;
              int start = from * values.columns();
              for (int at = start; at < start + rows * values.columns(); at += group) {
                count += search.best(at, at % values.columns()) ? 1 : 0;
                steps[at / group] = search.step;
                zeros[at / group] = search.zero;
              }
              return new double[] {count};
            });
    return new GroupSteps(steps, zeros, searched[0] / groups);
  }

  private final class Search {
    private final Kernels kernels;
    private final float[] values;
    private final GroupFit fit = new GroupFit(grid);
    private final float[] sums = new float[2];

    private float least;
    private float step;
    private byte zero;

    Search(Kernels kernels, float[] values) {
      this.kernels = kernels;
      this.values = values;
    }

    /** Leaves the best step and its zero point; tells whether it is another than the range's. */
    boolean best(int at, int column) {
      long range = kernels.range(values, at, group);
      fit.fit(range);
      least = Float.POSITIVE_INFINITY;
      step = fit.step;
      zero = fit.zero();
      if (!fit.usable()) {
        return false; // for rounding to refuse
      }
      float ofRange = fit.step;
      judge(at, column);
      for (int k = 0; k < POINTS; k++) {
        fit.fit(range, 1.1f - 0.03f * k);
        if (!fit.usable()) {
          continue;
        }
        judge(at, column);
        kernels.leastSquares(values, at, weights, column, group, fit, sums);
        if (sums[1] > 0) {
          float solved = fit.nearest(sums[0] / sums[1]);
          fit.use(solved, Byte.toUnsignedInt(fit.zero()));
          judge(at, column);
        }
      }
      return step != ofRange;
    }

    private void judge(int at, int column) {
      float error = kernels.error(values, at, weights, column, group, fit);
      if (error < least) {
        least = error;
        step = fit.step;
        zero = fit.zero();
      }
    }
  }
}
