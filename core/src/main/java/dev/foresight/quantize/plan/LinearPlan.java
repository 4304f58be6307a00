package dev.foresight.quantize.plan;

/**
 * What becomes of one linear.
 *
 * @param grid what it is rounded to; null where it stays in float
 * @param steps how the step of each group is chosen
 * @param rounding how weights become codes
 */
public record LinearPlan(Grid grid, Steps steps, RoundingSettings rounding) {
  /** Whether the linear is copied, with its scale multiplied in, and not rounded. */
  public boolean inFloat() {
    return grid == null;
  }
}
