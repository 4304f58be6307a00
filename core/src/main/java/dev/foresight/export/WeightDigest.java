package dev.foresight.export;

import dev.foresight.Hashing;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.util.HexFormat;

/** Names the floats that a reader gets, whatever container they lie in. */
public final class WeightDigest {
  private static final int CHUNK = 1 << 14; // floats

  private WeightDigest() {}

  /** SHA-256 of the bits of all values as fp32, little-endian, row by row; in hexadecimal. */
  public static String of(float[] values) {
    MessageDigest digest = Hashing.sha256();
    ByteBuffer chunk = ByteBuffer.allocate(CHUNK * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (int from = 0; from < values.length; from += CHUNK) {
      int count = Math.min(CHUNK, values.length - from);
      chunk.clear();
      chunk.asFloatBuffer().put(values, from, count);
      digest.update(chunk.limit(count * Float.BYTES));
    }
    return HexFormat.of().formatHex(digest.digest());
  }
}
