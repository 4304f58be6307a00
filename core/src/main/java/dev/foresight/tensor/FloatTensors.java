package dev.foresight.tensor;

import dev.foresight.InputException;
import dev.foresight.Words;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.ShortBuffer;

/** Elements of F32, F16 and BF16 tensors, to fp32 and back. */
public final class FloatTensors {
  private static final int CHUNK = 1 << 13; // shorts that stay in the first-level cache

  private FloatTensors() {}

  /** Each fp16 bit pattern, widened: one look-up is cheaper than its four cases. */
  private static final class F16Table {
    static final float[] VALUES = new float[1 << 16];

    static {
      for (int i = 0; i < VALUES.length; i++) {
        VALUES[i] = Halves.f16ToFloat((short) i);
      }
    }
  }

  /**
   * Widens all elements of {@code bytes} into {@code target}, from {@code offset} on.
   *
   * @param bytes little-endian; its position is left as it was
   */
  public static void widen(DType dtype, ByteBuffer bytes, float[] target, int offset) {
    ByteBuffer elements = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    switch (dtype) {
      case F32 -> elements.asFloatBuffer().get(target, offset, elements.remaining() / Float.BYTES);
      case F16 -> widenF16(elements.asShortBuffer(), target, offset);
      case BF16 -> widenBf16(elements.asShortBuffer(), target, offset);
      default -> throw new IllegalArgumentException("Not a float of 16 or 32 bits: " + dtype);
    }
  }

  private static void widenF16(ShortBuffer elements, float[] target, int offset) {
    float[] table = F16Table.VALUES;
    short[] chunk = new short[CHUNK];
    for (int at = offset; elements.hasRemaining(); ) {
      int n = Math.min(CHUNK, elements.remaining());
      elements.get(chunk, 0, n);
      for (int i = 0; i < n; i++) {
        target[at++] = table[chunk[i] & 0xffff];
      }
    }
  }

  private static void widenBf16(ShortBuffer elements, float[] target, int offset) {
    short[] chunk = new short[CHUNK];
    for (int at = offset; elements.hasRemaining(); ) {
      int n = Math.min(CHUNK, elements.remaining());
      elements.get(chunk, 0, n);
      for (int i = 0; i < n; i++) {
        target[at++] = Halves.bf16ToFloat(chunk[i]);
      }
    }
  }

  /**
   * The bytes of a tensor whose elements are rounded to {@code dtype}, ties to even.
   *
   * @param name the tensor, for the message
   * @param dtype F16, BF16 or F32
   * @throws InputException if a finite value becomes infinite, or the tensor is 2 GiB or larger
   */
  public static ByteBuffer narrow(String name, DType dtype, float[] values) {
    long length = (long) values.length * dtype.bytes();
    if (length > Integer.MAX_VALUE) {
      throw new InputException(
          Words.format("%s is %d bytes long: tensors of 2 GiB and more can't be written.", name, length));
    }
    ByteBuffer bytes = ByteBuffer.allocate((int) length).order(ByteOrder.LITTLE_ENDIAN);
    switch (dtype) {
      case F32 -> bytes.asFloatBuffer().put(values);
      case F16 -> {
        for (int i = 0; i < values.length; i++) {
          short half = Halves.floatToF16(values[i]);
          if ((half & 0x7fff) == 0x7c00 && !Float.isInfinite(values[i])) {
            throw overflow(name, dtype, values[i], i);
          }
          bytes.putShort(half);
        }
        bytes.flip();
      }
      case BF16 -> {
        for (int i = 0; i < values.length; i++) {
          short half = Halves.floatToBf16(values[i]);
          if ((half & 0x7fff) == 0x7f80 && !Float.isInfinite(values[i])) {
            throw overflow(name, dtype, values[i], i);
          }
          bytes.putShort(half);
        }
        bytes.flip();
      }
      default -> throw new IllegalArgumentException("Weights are never rounded to " + dtype);
    }
    return bytes;
  }

  private static InputException overflow(String name, DType dtype, float value, int index) {
    return new InputException(
        Words.format("Element %d of %s is %s, more than %s can hold: keep this model's own type.", index, name, value, dtype));
  }
}
