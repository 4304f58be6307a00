package dev.foresight.quantize;

import dev.foresight.tensor.DType;

/**
 * Step and zero point of one group at a time, fitted to its range. One instance serves a whole
 * matrix; it is not for several threads.
 *
 * <p>The step is rounded to the grid's type before any code is taken, so what is searched, written
 * and read is the same number. A group of zeros gets step 1. Where the range is so small that the
 * step would be subnormal, which many kernels flush to zero, it is the smallest normal number
 * instead; the error is still at most half a step. A range beyond the step's type leaves an
 * infinite step, for the caller to refuse. Where zero points begin at 1 and the range asks for 0,
 * the step grows until the largest weight is reached with one code less.
 */
final class GroupFit {
  /** 1.5 · 2^23: a sum with it has no fraction bits, so adding and subtracting it is rint. */
  static final float TO_INTEGER = 0x1.8p23f;

  private final DType stepType;
  private final float smallest;
  private final boolean symmetric;
  private final float divisor;
  private final int maxCode;
  private final int middle;
  private final int leastZero;

  /** Size of a code. */
  float step;

  /** Smallest and largest {@code code - zero}. */
  float lowest;

  float highest;

  GroupFit(Grid grid) {
    stepType = grid.stepType();
    smallest = stepType == DType.F16 ? 0x1p-14f : Float.MIN_NORMAL;
    symmetric = grid.symmetric();
    maxCode = grid.maxCode();
    middle = grid.middle();
    leastZero = grid.leastZero();
    divisor = symmetric ? middle - 1 : maxCode;
  }

  /**
   * Fits a group.
   *
   * @param low its least weight, or 0 if that is smaller
   * @param high its largest weight, or 0 if that is larger
   */
  void fit(float low, float high) {
    step = stored((symmetric ? Math.max(-low, high) : high - low) / divisor);
    float zero =
        symmetric ? middle : Math.max(0, Math.min(maxCode, (float) Math.rint(-low / step)));
    if (zero < leastZero) {
      step = stored(high / (maxCode - leastZero));
      zero = leastZero;
    }
    lowest = -zero;
    highest = maxCode - zero;
  }

  private float stored(float exact) {
    return exact == 0 ? 1 : Math.max(smallest, stepType.round(exact));
  }

  /** The zero point, as it is stored. */
  byte zero() {
    return (byte) -lowest;
  }

  /** {@code code - zero} of a weight inside the fitted range. */
  float level(float weight) {
    float nearest = weight / step + TO_INTEGER - TO_INTEGER;
    return nearest < lowest ? lowest : nearest > highest ? highest : nearest;
  }
}
