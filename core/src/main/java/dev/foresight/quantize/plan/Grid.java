package dev.foresight.quantize.plan;

import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.tensor.DType;

/**
 * The set of values that one group of weights can take, as the container declares it.
 *
 * @param bits width of a code, 2 to 8
 * @param group neighbouring input channels of one row that share a step and a zero point; 0 for
 *     whole rows
 * @param symmetric whether the zero point is fixed at {@code 2^(bits-1)}
 * @param stepType F16, BF16 or F32: steps are rounded to it before codes are taken
 * @param leastZero smallest zero point that can be stored: 0, or 1 where files hold it less one
 * @param symmetricStep how symmetric groups take their step
 */
public record Grid(
    int bits,
    int group,
    boolean symmetric,
    DType stepType,
    int leastZero,
    SymmetricStep symmetricStep)
    implements java.io.Serializable {
  public Grid {
    if (bits < 2 || bits > 8) {
      throw new InputException(Words.format("--bits %d is out of range: choose 2 to 8.", bits));
    }
    if (group < 0) {
      throw new InputException(
          Words.format(
              "--group %d is negative: choose a positive size, or 0 for whole rows.", group));
    }
    if (!stepType.widensToFloat()) {
      throw new IllegalArgumentException("Steps are floats, not " + stepType);
    }
    if (leastZero < 0 || leastZero > 1) {
      throw new IllegalArgumentException("Zero points begin at 0 or 1, not at " + leastZero);
    }
  }

  /** A grid of the given least zero point, whose symmetric groups use all codes. */
  public Grid(int bits, int group, boolean symmetric, DType stepType, int leastZero) {
    this(bits, group, symmetric, stepType, leastZero, SymmetricStep.WHOLE);
  }

  /** A grid whose zero points may be any code. */
  public Grid(int bits, int group, boolean symmetric, DType stepType) {
    this(bits, group, symmetric, stepType, 0);
  }

  /** This grid with another step for symmetric groups. */
  public Grid withSymmetricStep(SymmetricStep other) {
    return new Grid(bits, group, symmetric, stepType, leastZero, other);
  }

  /** Largest unsigned code. */
  public int maxCode() {
    return (1 << bits) - 1;
  }

  /** Zero point of symmetric groups. */
  public int middle() {
    return 1 << bits - 1;
  }

  /**
   * Channels of one group of a row.
   *
   * @param linear what messages call the linear
   * @param columns its input channels
   * @throws InputException if the group does not divide them
   */
  public int groupOf(String linear, int columns) {
    if (group == 0) {
      return columns;
    }
    if (columns % group != 0) {
      throw new InputException(
          Words.format(
              "%s has %d input channels, not a multiple of --group %d. Use %s.",
              linear, columns, group, GroupSizes.thatDivide(columns)));
    }
    return group;
  }
}
