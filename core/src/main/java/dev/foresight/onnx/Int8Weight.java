package dev.foresight.onnx;

/**
 * Weights rounded to 8 bits, symmetric: w = (code - 128) x step.
 *
 * @param codes 1 to 255, row-major
 * @param steps largest |w| of a group over 127, or 1 in a group of zeros; row-major
 */
@SuppressWarnings("ArrayRecordComponent") // written to a file and dropped, never compared
public record Int8Weight(byte[] codes, float[] steps) {
  private static final int ZERO = 128; // what MatMulNBits assumes where no zero points are given
  private static final int LARGEST = 127;

  /**
   * Rounds to nearest, ties to even.
   *
   * @param values of which {@code [from, to)} are whole groups
   * @param group neighbouring values that share a step
   */
  public static Int8Weight of(float[] values, int from, int to, int group) {
    byte[] codes = new byte[to - from];
    float[] steps = new float[codes.length / group];
    for (int g = 0, at = from; g < steps.length; g++) {
      float largest = 0;
      for (int i = at; i < at + group; i++) {
        largest = Math.max(largest, Math.abs(values[i]));
      }
      float step = largest == 0 ? 1 : Math.max(largest / LARGEST, Float.MIN_NORMAL);
      steps[g] = step;
      for (int end = at + group; at < end; at++) {
        codes[at - from] = (byte) (ZERO + (int) Math.rint(values[at] / step));
      }
    }
    return new Int8Weight(codes, steps);
  }
}
