package dev.foresight.quantize;

import dev.foresight.quantize.compensate.Compensation;
import dev.foresight.quantize.kernel.RowWorkers;
import dev.foresight.quantize.plan.Grid;
import dev.foresight.quantize.plan.RoundingSettings;
import dev.foresight.tensor.Matrix;
import java.util.function.Supplier;

/** How the weights of a linear become codes, once its steps are chosen. */
@FunctionalInterface
interface RoundingRule {
  /**
   * @param scaled weights, scales multiplied in, [out, in]
   * @param steps what each group is rounded by
   * @throws dev.foresight.InputException if a weight is not finite or a step overflows its type
   */
  QuantizedLinear round(Matrix scaled, GroupSteps steps);

  /**
   * What a rule may work with.
   *
   * @param grid of the linear
   * @param group input channels of a group
   * @param name what messages call the linear
   * @param compensation under what is known of the linear's input; asked for by rules that
   *     compensate
   * @param workers that share the rows
   */
  record Inputs(
      Grid grid, int group, String name, Supplier<Compensation> compensation, RowWorkers workers) {}

  /** The rule of this name: the one place where it is decided what a name means. */
  static RoundingRule of(RoundingSettings settings, Inputs in) {
    return switch (settings.rule()) {
      case NEAREST ->
          (scaled, steps) -> GroupRounding.round(scaled, in.grid(), steps, in.name(), in.workers());
      case COMPENSATED -> (scaled, steps) -> compensated(scaled, steps, settings.refits(), in);
    };
  }

  private static QuantizedLinear compensated(
      Matrix scaled, GroupSteps chosen, int refits, Inputs in) {
    GroupRounding.requireUsable(scaled, in.grid(), in.group(), chosen, in.name());
    float[] steps = chosen.steps().clone();
    byte[] codes =
        in.compensation()
            .get()
            .round(scaled, in.grid(), in.group(), steps, chosen.zeros(), refits, in.workers());
    return new QuantizedLinear(
        scaled.rows(), scaled.columns(), in.group(), in.grid(), codes, steps, chosen.zeros());
  }
}
