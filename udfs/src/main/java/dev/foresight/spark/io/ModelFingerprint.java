package dev.foresight.spark.io;

import dev.foresight.Hashing;
import dev.foresight.tensor.ByteSource;
import dev.foresight.tensor.ModelFolder;
import java.io.IOException;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * Which model sketches belong to: SHA-256 of all that decides its activations.
 *
 * @param sha256 of the other parts; equal means the same model
 * @param files SHA-256 of config.json, tokenizer.json and each weight file
 */
public record ModelFingerprint(String sha256, Map<String, String> files) implements Serializable {
  private static final int CHUNK = 8 << 20;

  public ModelFingerprint {
    if (sha256 == null || files == null || files.values().stream().anyMatch(Objects::isNull)) {
      throw new IllegalArgumentException("A model has a SHA-256, and so has each of its files");
    }
    files = new TreeMap<>(files);
  }

  /** Reads and hashes the files. */
  public static ModelFingerprint of(ModelFolder folder) throws IOException {
    TreeMap<String, String> files = new TreeMap<>();
    for (String file : folder.files()) {
      if (file.equals("config.json")
          || file.equals("tokenizer.json")
          || file.endsWith(".safetensors")) {
        files.put(file, hash(folder, file));
      }
    }
    return new ModelFingerprint(
        Hashing.sha256Hex(files.toString().getBytes(StandardCharsets.UTF_8)), files);
  }

  private static String hash(ModelFolder folder, String file) throws IOException {
    MessageDigest digest = Hashing.sha256();
    try (ByteSource source = folder.open(file)) {
      for (long at = 0; at < source.size(); at += CHUNK) {
        digest.update(source.read(at, (int) Math.min(CHUNK, source.size() - at)));
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }
}
