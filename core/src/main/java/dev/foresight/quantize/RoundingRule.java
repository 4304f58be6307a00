package dev.foresight.quantize;

import dev.foresight.quantize.kernel.RowWorkers;
import dev.foresight.quantize.plan.Grid;
import dev.foresight.quantize.plan.Rounding;
import dev.foresight.tensor.Matrix;

/** How the weights of a linear become codes, once its steps are chosen. */
@FunctionalInterface
interface RoundingRule {
  /**
   * @param scaled weights, scales multiplied in, [out, in]
   * @param steps what each group is rounded by
   * @param name what messages call the linear
   * @throws dev.foresight.InputException if a weight is not finite or a step overflows its type
   */
  QuantizedLinear round(
      Matrix scaled, Grid grid, GroupSteps steps, String name, RowWorkers workers);

  /** The rule of this name. */
  static RoundingRule of(Rounding rounding) {
    return switch (rounding) {
      case NEAREST -> GroupRounding::round;
    };
  }
}
