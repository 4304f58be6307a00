package dev.foresight.tensor;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Golden files of this package, written by core/src/test/python/tensor_golden.py. */
final class Resources {
  private Resources() {}

  static ByteBuffer read(String name) throws IOException {
    try (InputStream in = Resources.class.getResourceAsStream("/tensor/" + name)) {
      return ByteBuffer.wrap(in.readAllBytes()).order(ByteOrder.LITTLE_ENDIAN);
    }
  }
}
