package dev.foresight.quantize.kernel;

/**
 * How far a group of weights reaches below and above 0, both as bits of a non-negative float in one
 * long: a pair that costs no object. A weight that is no number leaves one of them no number.
 */
final class Range {
  private Range() {}

  static long of(int belowBits, int aboveBits) {
    return (long) belowBits << 32 | aboveBits;
  }

  /** -min(w, 0). */
  static float below(long range) {
    return Float.intBitsToFloat((int) (range >>> 32));
  }

  /** max(w, 0). */
  static float above(long range) {
    return Float.intBitsToFloat((int) range);
  }
}
