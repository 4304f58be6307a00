package dev.foresight.export;

import dev.foresight.tensor.MappedFile;
import dev.foresight.tensor.SafetensorsFile;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** Files that other projects' code wrote or read, see core/src/test/python. */
public final class Goldens {
  private Goldens() {}

  public static Path path(String file) throws URISyntaxException {
    return Path.of(Goldens.class.getResource("/export/" + file).toURI());
  }

  static SafetensorsFile open(String file) throws IOException, URISyntaxException {
    return SafetensorsFile.open(MappedFile.open(path(file)));
  }

  static byte[] bytes(SafetensorsFile golden, String tensor) throws IOException {
    ByteBuffer stored = golden.bytes(tensor);
    byte[] bytes = new byte[stored.remaining()];
    stored.get(bytes);
    return bytes;
  }
}
