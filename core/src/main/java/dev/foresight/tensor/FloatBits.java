package dev.foresight.tensor;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;

/**
 * Looks for NaN and infinity in stored floats by their bits: both have every bit of the exponent
 * set. So adding 1 to the exponent carries into the sign's place for them and for no other value,
 * and a long full of elements is looked at in three operations.
 *
 * @param width bits of an element
 * @param exponent bits that are all set in what is not finite; for F8_E4M3, which has no infinity,
 *     all bits but the sign
 */
record FloatBits(int width, long exponent) {
  private static final int CHUNK = 1 << 10; // longs that stay in the first-level cache

  /** How a type stores floats; null for integers, all of whose bits are values. */
  static FloatBits of(DType type) {
    return switch (type) {
      case F8_E5M2 -> new FloatBits(8, 0x7c);
      case F8_E4M3 -> new FloatBits(8, 0x7f);
      case F16 -> new FloatBits(16, 0x7c00);
      case BF16 -> new FloatBits(16, 0x7f80);
      case F32 -> new FloatBits(32, 0x7f800000L);
      case F64 -> new FloatBits(64, 0x7ff0000000000000L);
      default -> null;
    };
  }

  /**
   * Whether all elements are finite.
   *
   * @param bytes little-endian, whole elements; its position is left as it was
   */
  boolean allFinite(ByteBuffer bytes) {
    ByteBuffer rest = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    LongBuffer longs = rest.asLongBuffer();
    long masks = everywhere(exponent);
    long ones = everywhere(Long.lowestOneBit(exponent));
    long signs = everywhere(1L << (width - 1));
    long[] chunk = new long[CHUNK];
    while (longs.hasRemaining()) {
      int n = Math.min(CHUNK, longs.remaining());
      longs.get(chunk, 0, n);
      long carries = 0;
      for (int i = 0; i < n; i++) {
        carries |= (chunk[i] & masks) + ones;
      }
      if ((carries & signs) != 0) {
        return false;
      }
    }
    rest.position(rest.limit() - rest.remaining() % Long.BYTES);
    while (rest.hasRemaining()) {
      if (!isFinite(element(rest, rest.position()))) {
        return false;
      }
      rest.position(rest.position() + width / Byte.SIZE);
    }
    return true;
  }

  /** The bits of the element at a byte. */
  long element(ByteBuffer bytes, int at) {
    return switch (width) {
      case Byte.SIZE -> bytes.get(at);
      case Short.SIZE -> bytes.getShort(at);
      case Integer.SIZE -> bytes.getInt(at);
      default -> bytes.getLong(at);
    };
  }

  boolean isFinite(long element) {
    return (element & exponent) != exponent;
  }

  /** What messages call an element that is not finite. */
  String name(long element) {
    boolean infinite = exponent != 0x7f && (element & Long.lowestOneBit(exponent) - 1) == 0;
    boolean negative = (element >>> (width - 1) & 1) == 1;
    return infinite ? negative ? "-Infinity" : "Infinity" : "NaN";
  }

  private long everywhere(long element) {
    long all = 0;
    for (int at = 0; at < Long.SIZE; at += width) {
      all |= element << at;
    }
    return all;
  }
}
