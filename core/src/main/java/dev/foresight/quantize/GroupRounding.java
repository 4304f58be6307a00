package dev.foresight.quantize;

import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.quantize.kernel.GroupFit;
import dev.foresight.quantize.kernel.RowWorkers;
import dev.foresight.quantize.plan.Grid;
import dev.foresight.quantize.plan.SymmetricStep;
import dev.foresight.tensor.Matrix;

/**
 * Rounds weights to a grid, group by group: asymmetric groups span their range and 0, the step of
 * symmetric ones is that of {@link SymmetricStep}; codes are rint(w / step) + zero.
 */
public final class GroupRounding {
  private static final int ROWS = 32;
  private static final double[] NOTHING = {};

  private GroupRounding() {}

  /**
   * @param weights [out, in]
   * @param name what messages call the linear
   * @throws InputException if the group does not divide the input channels, a weight is not finite,
   *     or a step overflows its type
   */
  public static QuantizedLinear round(Matrix weights, Grid grid, String name) {
    try (RowWorkers workers = new RowWorkers(1)) {
      GroupSteps steps = steps(weights, grid, grid.groupOf(name, weights.columns()), workers);
      return round(weights, grid, steps, name, workers);
    }
  }

  /** The steps that the groups' ranges give. */
  static GroupSteps steps(Matrix weights, Grid grid, int group, RowWorkers workers) {
    int columns = weights.columns();
    float[] steps = new float[weights.values().length / group];
    byte[] zeros = new byte[steps.length];
    workers.sum(
        weights.rows(),
        ROWS,
        (kernels, from, rows) -> {
          GroupFit fit = new GroupFit(grid);
          for (int g = from * columns / group; g < (from + rows) * columns / group; g++) {
            fit.fit(kernels.range(weights.values(), g * group, group));
            steps[g] = fit.step;
            zeros[g] = fit.zero();
          }
          return NOTHING;
        });
    return new GroupSteps(steps, zeros, 0);
  }

  /**
   * @param chosen what each group is rounded by
   */
  static QuantizedLinear round(
      Matrix weights, Grid grid, GroupSteps chosen, String name, RowWorkers workers) {
    int columns = weights.columns();
    int group = grid.groupOf(name, columns);
    byte[] codes = new byte[weights.values().length];
    workers.sum(
        weights.rows(),
        ROWS,
        (kernels, from, rows) -> {
          GroupFit fit = new GroupFit(grid);
          for (int g = from * columns / group; g < (from + rows) * columns / group; g++) {
            fit.use(chosen.steps()[g], Byte.toUnsignedInt(chosen.zeros()[g]));
            if (!fit.usable()) {
              throw refused(name, weights, grid, g * group, group);
            }
            kernels.codes(weights.values(), g * group, group, fit, codes);
          }
          return NOTHING;
        });
    return new QuantizedLinear(
        weights.rows(), columns, group, grid, codes, chosen.steps(), chosen.zeros());
  }

  /**
   * @throws InputException if a weight is not finite or a step overflows its type
   */
  static void requireUsable(Matrix weights, Grid grid, int group, GroupSteps chosen, String name) {
    for (int g = 0; g < chosen.steps().length; g++) {
      if (!Float.isFinite(chosen.steps()[g])) {
        throw refused(name, weights, grid, g * group, group);
      }
    }
  }

  private static InputException refused(
      String name, Matrix weights, Grid grid, int start, int group) {
    int row = start / weights.columns();
    for (int j = start; j < start + group; j++) {
      if (!Float.isFinite(weights.values()[j])) {
        return new InputException(
            Words.format(
                "%s has weight %s in row %d, column %d: the checkpoint is damaged.",
                name, weights.values()[j], row, j - row * weights.columns()));
      }
    }
    return new InputException(
        Words.format(
            "%s has weights in row %d, from column %d, that need a step beyond %s: choose a container with wider steps.",
            name, row, start - row * weights.columns(), grid.stepType()));
  }
}
