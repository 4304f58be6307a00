package dev.foresight.quantize.kernel;

import dev.foresight.quantize.plan.Grid;
import dev.foresight.quantize.plan.SymmetricStep;
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
public final class GroupFit {
  /** 1.5 · 2^23: a sum with it has no fraction bits, so adding and subtracting it is rint. */
  static final float TO_INTEGER = 0x1.8p23f;

  private static final float F16_MAX = 65504;

  private final boolean half;
  private final int dropped;
  private final float smallest;
  private final boolean symmetric;
  private final boolean whole;
  private final int maxCode;
  private final int middle;
  private final int leastZero;

  /** Size of a code; negative where a symmetric group's largest weight is above 0. */
  public float step;

  /** Bits of {@code TO_INTEGER + code - zero} for the smallest and largest code. */
  int lowestBits;

  int highestBits;

  private int zero;

  public GroupFit(Grid grid) {
    half = grid.stepType() == DType.F16;
    dropped = half ? 13 : grid.stepType() == DType.BF16 ? 16 : 0;
    smallest = half ? 0x1p-14f : Float.MIN_NORMAL;
    symmetric = grid.symmetric();
    whole = grid.symmetricStep() == SymmetricStep.WHOLE;
    maxCode = grid.maxCode();
    middle = grid.middle();
    leastZero = grid.leastZero();
  }

  /** Fits a group's whole range. */
  public void fit(long range) {
    fit(range, 1);
  }

  /**
   * Fits a part of a group's range, where weights outside get the last code, or more than it.
   *
   * @param ratio of max |w|, how far the range reaches
   */
  public void fit(long range, float ratio) {
    float below = Range.below(range);
    float above = Range.above(range);
    float limit = Math.max(below, above) * ratio;
    if (symmetric) {
      float size = stored(limit / (whole ? middle : middle - 1));
      use(whole && above > below ? -size : size, middle);
      return;
    }
    float wider = Math.max(1, ratio);
    below = Math.min(below * wider, limit);
    above = Math.min(above * wider, limit);
    float size = stored((below + above) / maxCode);
    int asked = (int) (below / size + TO_INTEGER - TO_INTEGER);
    if (asked < leastZero && size < Float.POSITIVE_INFINITY) {
      use(stored(above / (maxCode - leastZero)), leastZero);
    } else {
      use(size, Math.min(maxCode, asked));
    }
  }

  /** Takes over a step of the grid's type and a zero point. */
  public void use(float step, int zero) {
    this.step = step;
    this.zero = zero;
    lowestBits = Float.floatToRawIntBits(TO_INTEGER - zero);
    highestBits = Float.floatToRawIntBits(TO_INTEGER + (maxCode - zero));
  }

  /** The nearest step, not 0, of the grid's type with the sign of the one that is in use. */
  public float nearest(float exact) {
    return step < 0 ? -stored(-exact) : stored(exact);
  }

  /**
   * The nearest value of the grid's type that may be a step, ties to even. Bits do it, because
   * nothing below the smallest normal number needs care.
   */
  private float stored(float exact) {
    if (exact == 0) {
      return 1;
    }
    int bits = Float.floatToRawIntBits(exact);
    if (dropped > 0 && bits < 0x7f800000) {
      bits += (1 << dropped - 1) - 1 + (bits >>> dropped & 1);
      bits &= -1 << dropped;
    }
    float rounded = Float.intBitsToFloat(bits);
    return half && rounded > F16_MAX ? Float.POSITIVE_INFINITY : Math.max(smallest, rounded);
  }

  /** Whether codes can be taken: the range was finite and fits the step's type. */
  public boolean usable() {
    return Math.abs(step) < Float.POSITIVE_INFINITY;
  }

  /** The zero point, as it is stored. */
  public byte zero() {
    return (byte) zero;
  }

  /** {@code code - zero} of a weight. */
  float level(float weight) {
    int bits = Float.floatToRawIntBits(weight / step + TO_INTEGER);
    return Float.intBitsToFloat(Math.max(lowestBits, Math.min(highestBits, bits))) - TO_INTEGER;
  }

  /** The unsigned code of a weight. */
  byte code(float weight) {
    int bits = Float.floatToRawIntBits(weight / step + TO_INTEGER);
    return (byte) (Math.max(lowestBits, Math.min(highestBits, bits)) - lowestBits);
  }
}
