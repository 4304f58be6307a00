package dev.foresight.tensor;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * For {@code tools/interop/safetensors-check}: reads the safetensors file of the first argument and
 * writes its tensors to that of the second, in the opposite order.
 */
final class RewriteSafetensors {
  private RewriteSafetensors() {}

  public static void main(String[] arguments) throws IOException {
    try (SafetensorsFile file = SafetensorsFile.open(MappedFile.open(Path.of(arguments[0])));
        OutputStream out = new BufferedOutputStream(Files.newOutputStream(Path.of(arguments[1])))) {
      List<NamedTensor> tensors = new ArrayList<>();
      file.tensors().forEach(info -> tensors.add(0, NamedTensor.copyOf(file, info.name())));
      SafetensorsWriter.write(tensors, out);
    }
  }
}
