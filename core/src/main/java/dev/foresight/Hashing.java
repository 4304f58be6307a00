package dev.foresight;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import net.jpountz.xxhash.XXHash64;
import net.jpountz.xxhash.XXHashFactory;

/** The two hashes of the stores: xxHash64 for order and sampling, SHA-256 for identity. */
public final class Hashing {
  // the pure Java one: same values, and no native library to unpack on every executor
  private static final XXHash64 XX = XXHashFactory.fastestJavaInstance().hash64();

  private Hashing() {}

  /** XXH64 of bytes under a seed, as its reference implementation defines it. */
  public static long xxHash64(long seed, byte[] bytes) {
    return XX.hash(bytes, 0, bytes.length, seed);
  }

  /** XXH64 of a text's UTF-8 bytes. */
  public static long xxHash64(long seed, String text) {
    return xxHash64(seed, text.getBytes(StandardCharsets.UTF_8));
  }

  /** A fresh SHA-256. */
  public static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256", e);
    }
  }

  /** SHA-256 of bytes, in lower-case hexadecimal. */
  public static String sha256Hex(byte[] bytes) {
    return HexFormat.of().formatHex(sha256().digest(bytes));
  }
}
