package dev.foresight.spark.io;

import dev.foresight.Hashing;
import dev.foresight.tensor.ByteSource;
import dev.foresight.tensor.FiniteCheck;
import java.io.IOException;
import java.security.MessageDigest;
import java.util.HexFormat;

/** SHA-256 of a file of any length, in hexadecimal. */
public final class FileHash {
  private static final int CHUNK = 8 << 20;

  private FileHash() {}

  /** Reads the file piece by piece. */
  public static String of(ByteSource file) throws IOException {
    MessageDigest digest = Hashing.sha256();
    for (long at = 0; at < file.size(); at += CHUNK) {
      digest.update(file.read(at, (int) Math.min(CHUNK, file.size() - at)));
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /**
   * The same of a safetensors file, whose elements are looked at on the way.
   *
   * @throws dev.foresight.InputException naming the tensor and the element that is not finite
   */
  public static String ofWeights(ByteSource file) throws IOException {
    MessageDigest digest = Hashing.sha256();
    FiniteCheck.read(file, digest::update);
    return HexFormat.of().formatHex(digest.digest());
  }
}
