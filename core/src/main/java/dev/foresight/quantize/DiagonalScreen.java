package dev.foresight.quantize;

import dev.foresight.quantize.ScaleCandidates.Candidate;
import dev.foresight.quantize.kernel.GroupFit;
import dev.foresight.quantize.kernel.Kernels;
import dev.foresight.quantize.kernel.RowWorkers;
import dev.foresight.quantize.plan.Grid;
import dev.foresight.tensor.Matrix;
import java.util.List;

/**
 * The diagonal loss of all candidates in one pass over a linear, with no copy of the linear for any
 * of them.
 *
 * <p>A few rows at a time go through all their groups: the scales of a group, of all candidates,
 * stay in the first-level cache while those rows pass by.
 */
final class DiagonalScreen {
  private static final int ROWS = 32;

  private final Grid grid;
  private final int group;
  private final float[] meanSquare;
  private final float[][] scales;
  private final float[][] inverses;
  private final RowWorkers workers;

  /**
   * @param meanSquare E[x_j²], one per input channel
   * @param candidates scales of one value per input channel
   */
  DiagonalScreen(
      Grid grid, int group, float[] meanSquare, List<Candidate> candidates, RowWorkers workers) {
    this.grid = grid;
    this.group = group;
    this.meanSquare = meanSquare;
    this.workers = workers;
    scales = candidates.stream().map(Candidate::scale).toArray(float[][]::new);
    inverses = candidates.stream().map(c -> Changes.inverse(c.scale())).toArray(float[][]::new);
  }

  /**
   * Σ_ij E[x_j²] (Q(W s)/s - W)_ij² of each candidate; infinite where a step does not fit its type.
   *
   * @param linear [out, in]
   */
  double[] losses(Matrix linear) {
    return workers.sum(
        linear.rows(),
        ROWS,
        (kernels, from, rows) -> {
          GroupFit fit = new GroupFit(grid);
          double[] losses = new double[scales.length];
          for (int column = 0; column < linear.columns(); column += group) {
            for (int row = from; row < from + rows; row++) {
              add(kernels, fit, linear.values(), row * linear.columns() + column, column, losses);
            }
          }
          return losses;
        });
  }

  private void add(
      Kernels kernels, GroupFit fit, float[] weights, int at, int column, double[] losses) {
    for (int c = 0; c < losses.length; c++) {
      fit.fit(kernels.range(weights, at, scales[c], column, group));
      losses[c] +=
          fit.usable()
              ? kernels.scaledError(
                  weights, at, scales[c], inverses[c], meanSquare, column, group, fit)
              : Double.POSITIVE_INFINITY;
    }
  }
}
