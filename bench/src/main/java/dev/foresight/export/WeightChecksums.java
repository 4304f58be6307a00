package dev.foresight.export;

import dev.foresight.tensor.Checkpoint;
import dev.foresight.tensor.DType;
import dev.foresight.tensor.FloatTensors;
import dev.foresight.tensor.LocalModelFolder;
import dev.foresight.tensor.TensorInfo;
import java.io.IOException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * For {@code tools/interop/check}: prints a line for each tensor that Foresight reads from a model
 * folder: its name, the SHA-256 of its elements as little-endian fp32, and the same once they are
 * rounded to the tensor's own type; parted by tabs.
 */
final class WeightChecksums {
  private WeightChecksums() {}

  public static void main(String[] arguments) throws IOException, NoSuchAlgorithmException {
    try (Checkpoint checkpoint =
        ExportedCheckpoints.open(new LocalModelFolder(Path.of(arguments[0])))) {
      for (TensorInfo info : checkpoint.tensors()) {
        float[] values = checkpoint.floats(info.name());
        String exact = checksum(values);
        for (int i = 0; i < values.length; i++) {
          values[i] = info.dtype().round(values[i]);
        }
        System.out.println(String.join("\t", info.name(), exact, checksum(values)));
      }
    }
  }

  private static String checksum(float[] values) throws NoSuchAlgorithmException {
    MessageDigest sha = MessageDigest.getInstance("SHA-256");
    sha.update(FloatTensors.narrow("tensor", DType.F32, values));
    return HexFormat.of().formatHex(sha.digest());
  }
}
