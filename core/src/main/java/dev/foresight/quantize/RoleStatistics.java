package dev.foresight.quantize;

import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.quantize.plan.Loss;

/**
 * What calibration knows of one role of one block.
 *
 * @param importance fused scores ã, one per channel
 * @param meanSquare exact E[x_j²], one per channel
 * @param rows sampled activations, or null where none were stored
 */
@SuppressWarnings("ArrayRecordComponent") // identity is meant: statistics are never compared
public record RoleStatistics(double[] importance, double[] meanSquare, SampledRows rows) {
  public RoleStatistics {
    if (importance.length != meanSquare.length
        || rows != null && rows.rows().columns() != importance.length) {
      throw new IllegalArgumentException(
          Words.format(
              "%d scores, %d mean squares and rows of %d channels",
              importance.length,
              meanSquare.length,
              rows == null ? importance.length : rows.rows().columns()));
    }
  }

  /** Whether tokens count unequally under a loss: only the sampled one knows them. */
  boolean weighs(Loss loss) {
    return loss == Loss.SAMPLED && rows != null && rows.weighed();
  }

  /**
   * @param name what messages call the role of this block
   * @param channels the input channels of the role's linears
   * @throws InputException if these statistics cannot be of that role
   */
  void check(String name, int channels) {
    if (importance.length != channels) {
      throw new InputException(
          Words.format(
              "%s has %d channels, but its statistics have %d: the sketches are of another model; calibrate this one.",
              name, channels, importance.length));
    }
    check(name, "importance", importance);
    check(name, "mean square", meanSquare);
  }

  private static void check(String name, String what, double[] values) {
    for (int j = 0; j < values.length; j++) {
      if (!(values[j] >= 0 && values[j] < Double.POSITIVE_INFINITY)) {
        throw new InputException(
            Words.format(
                "%s has %s %s in channel %d: the sketches are damaged or the model overflows; calibrate again.",
                name, what, values[j], j));
      }
    }
  }
}
