package dev.foresight.spark.io;

import dev.foresight.Hashing;
import dev.foresight.tensor.ByteSource;
import dev.foresight.tensor.Checkpoints;
import dev.foresight.tensor.ModelFolder;
import java.io.IOException;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.List;
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
  public ModelFingerprint {
    if (sha256 == null || files == null || files.values().stream().anyMatch(Objects::isNull)) {
      throw new IllegalArgumentException("A model has a SHA-256, and so has each of its files");
    }
    files = new TreeMap<>(files);
  }

  /**
   * Reads and hashes the files, and looks for NaN and infinity in the weights on the way: every job
   * that reads a model begins with this.
   *
   * @throws dev.foresight.InputException naming the file, the tensor and the element that is not
   *     finite
   */
  public static ModelFingerprint of(ModelFolder folder) throws IOException {
    TreeMap<String, String> files = new TreeMap<>();
    List<String> weights = Checkpoints.files(folder);
    for (String file : folder.files()) {
      if (file.equals("config.json")
          || file.equals("tokenizer.json")
          || file.endsWith(".safetensors")) {
        try (ByteSource source = folder.open(file)) {
          files.put(
              file, weights.contains(file) ? FileHash.ofWeights(source) : FileHash.of(source));
        }
      }
    }
    return new ModelFingerprint(
        Hashing.sha256Hex(files.toString().getBytes(StandardCharsets.UTF_8)), files);
  }
}
