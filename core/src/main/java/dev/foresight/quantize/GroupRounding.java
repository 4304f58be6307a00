package dev.foresight.quantize;

import dev.foresight.InputException;
import dev.foresight.tensor.Matrix;

/**
 * Rounds weights to a grid, group by group: asymmetric groups span their range and 0, symmetric
 * ones have step max|w| / (2^(bits-1) - 1); codes are rint(w / step) + zero.
 */
public final class GroupRounding {
  private GroupRounding() {}

  /**
   * @param weights [out, in]
   * @param name what messages call the linear
   * @throws InputException if the group does not divide the input channels, a weight is not finite,
   *     or a step overflows its type
   */
  public static QuantizedLinear round(Matrix weights, Grid grid, String name) {
    int columns = weights.columns();
    int group = grid.groupOf(name, columns);
    float[] values = weights.values();
    int groups = values.length / group;
    byte[] codes = new byte[values.length];
    float[] steps = new float[groups];
    byte[] zeros = new byte[groups];
    GroupFit fit = new GroupFit(grid);
    for (int g = 0, start = 0; g < groups; g++, start += group) {
      fit(fit, values, start, group);
      if (!(fit.step < Float.POSITIVE_INFINITY)) {
        throw refused(name, weights, grid, start, group);
      }
      steps[g] = fit.step;
      zeros[g] = fit.zero();
      for (int j = start; j < start + group; j++) {
        codes[j] = (byte) (fit.level(values[j]) - fit.lowest);
      }
    }
    return new QuantizedLinear(weights.rows(), columns, group, grid, codes, steps, zeros);
  }

  /** NaN weights must end as a NaN step, hence Math.min and Math.max. */
  private static void fit(GroupFit fit, float[] values, int start, int group) {
    float low = 0;
    float high = 0;
    for (int j = start; j < start + group; j++) {
      low = Math.min(low, values[j]);
      high = Math.max(high, values[j]);
    }
    fit.fit(low, high);
  }

  private static InputException refused(
      String name, Matrix weights, Grid grid, int start, int group) {
    int row = start / weights.columns();
    for (int j = start; j < start + group; j++) {
      if (!Float.isFinite(weights.values()[j])) {
        return new InputException(
            "%s has weight %s in row %d, column %d: the checkpoint is damaged."
                .formatted(name, weights.values()[j], row, j - row * weights.columns()));
      }
    }
    return new InputException(
        "%s has weights in row %d, from column %d, that need a step beyond %s: choose a container with wider steps."
            .formatted(name, row, start - row * weights.columns(), grid.stepType()));
  }
}
