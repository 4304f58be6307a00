package dev.foresight.quantize.kernel;

/**
 * Sixteen rows of a linear side by side, some columns of them: value (column k, row i) of every
 * array is at {@code 16 k + i}. What {@link RoundingKernels#feedBack} works on, for one thread.
 */
public final class RoundingTile {
  /** Rows of a tile. */
  public static final int ROWS = Sums.LANES;

  /** Bits of {@code TO_INTEGER}; one more is one unit more. */
  private static final int ORIGIN = Float.floatToRawIntBits(GroupFit.TO_INTEGER);

  /** Weights as they are to be rounded. */
  public final float[] weights;

  /** Weights plus what earlier columns' errors ask for; overwritten. */
  public final float[] targets;

  /** Steps of the columns' groups. */
  public final float[] steps;

  /** {@code code - zero} of what was rounded to; written. */
  public final float[] levels;

  /** Weight minus what it was rounded to; written. */
  public final float[] errors;

  /** Target minus what it was rounded to; written. */
  public final float[] left;

  final int[] lowestBits; // of TO_INTEGER + code - zero, for code 0
  final int maxCode;

  /**
   * @param columns the most that the tile holds
   * @param maxCode the largest unsigned code
   */
  public RoundingTile(int columns, int maxCode) {
    weights = new float[columns * ROWS];
    targets = new float[columns * ROWS];
    steps = new float[columns * ROWS];
    levels = new float[columns * ROWS];
    errors = new float[columns * ROWS];
    left = new float[columns * ROWS];
    lowestBits = new int[columns * ROWS];
    this.maxCode = maxCode;
  }

  /** Sets the step and zero point of one weight. */
  public void grid(int at, float step, int zero) {
    steps[at] = step;
    lowestBits[at] = ORIGIN - zero;
  }
}
