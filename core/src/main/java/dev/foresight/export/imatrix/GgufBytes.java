package dev.foresight.export.imatrix;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Bytes as GGUF and its forerunners hold them: little-endian, texts behind their length.
 *
 * @see <a href="https://github.com/ggml-org/ggml/blob/master/docs/gguf.md">GGUF</a>
 */
final class GgufBytes {
  /** Types of values. */
  static final int U32 = 4;

  static final int STRING = 8;
  static final int ARRAY = 9;

  /** The type of a tensor's elements, in a numbering of its own. */
  static final int F32 = 0;

  private static final int ALIGNMENT = 32;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  /** A length that ends at the alignment. */
  static long padded(long length) {
    return (length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }

  GgufBytes magic() {
    bytes.writeBytes("GGUF".getBytes(StandardCharsets.US_ASCII));
    return this;
  }

  /**
   * @throws ArithmeticException if the value does not fit
   */
  GgufBytes u32(long value) {
    if (value >>> Integer.SIZE != 0) {
      throw new ArithmeticException(value + " does not fit into 32 bits");
    }
    return put(room(Integer.BYTES).putInt((int) value));
  }

  GgufBytes u64(long value) {
    return put(room(Long.BYTES).putLong(value));
  }

  GgufBytes f32(float value) {
    return put(room(Float.BYTES).putFloat(value));
  }

  /** Values times a factor, rounded to fp32 once. */
  GgufBytes floats(double[] values, long factor) {
    ByteBuffer room = room(values.length * Float.BYTES);
    for (double value : values) {
      room.putFloat((float) (value * factor));
    }
    return put(room);
  }

  /** UTF-8 behind a length of 64 bits. */
  GgufBytes string(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    u64(utf8.length).bytes.writeBytes(utf8);
    return this;
  }

  /** UTF-8 behind a length of 32 bits, as before GGUF. */
  GgufBytes text(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    u32(utf8.length).bytes.writeBytes(utf8);
    return this;
  }

  /** Zeros up to the alignment. */
  GgufBytes pad() {
    bytes.writeBytes(new byte[(int) (padded(bytes.size()) - bytes.size())]);
    return this;
  }

  void writeTo(OutputStream out) throws IOException {
    bytes.writeTo(out);
  }

  private static ByteBuffer room(int length) {
    return ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
  }

  private GgufBytes put(ByteBuffer filled) {
    bytes.writeBytes(filled.array());
    return this;
  }
}
