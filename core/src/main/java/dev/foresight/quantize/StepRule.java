package dev.foresight.quantize;

import dev.foresight.quantize.kernel.RowWorkers;
import dev.foresight.quantize.plan.Grid;
import dev.foresight.quantize.plan.Steps;
import dev.foresight.tensor.Matrix;

/** How the step of each group of a linear is chosen, once its scale is. */
@FunctionalInterface
interface StepRule {
  /**
   * @param scaled weights as they will be rounded, [out, in]
   * @param columnScale what their columns were multiplied by, one per input channel
   */
  GroupSteps steps(Matrix scaled, float[] columnScale);

  /**
   * What a rule may work with.
   *
   * @param grid of the linear
   * @param group input channels of a group
   * @param error of a change of the linear's outputs; null where nothing is known of its input
   * @param meanSquare E[x_j²], likewise
   * @param workers that share the rows
   */
  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  record Inputs(Grid grid, int group, OutputError error, float[] meanSquare, RowWorkers workers) {}

  /** The rule of this name: the one place where it is decided what a name means. */
  static StepRule of(Steps steps, Inputs in) {
    return switch (steps) {
      case RANGE ->
          (scaled, scale) -> GroupRounding.steps(scaled, in.grid(), in.group(), in.workers());
      case CLIP -> new ClipSearch(in.grid(), in.group(), in.error(), in.workers())::steps;
      case WEIGHTED -> weighted(in);
      case OUTPUT ->
          in.error() instanceof SampledError sampled
              ? new OutputSteps(in.grid(), in.group(), sampled, in.workers())::steps
              : weighted(in); // what least squares under a diagonal product is
    };
  }

  private static StepRule weighted(Inputs in) {
    return (scaled, scale) -> {
      float[] perScaled = new DiagonalError(in.meanSquare(), in.group()).perScaled(scale);
      return new WeightedSteps(in.grid(), in.group(), perScaled, in.workers()).steps(scaled);
    };
  }
}
