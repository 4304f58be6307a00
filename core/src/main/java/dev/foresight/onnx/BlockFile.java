package dev.foresight.onnx;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.zip.CRC32C;

/**
 * The weights of one block in a file that ONNX Runtime maps. Its first page says whose they are:
 * magic (8 bytes), key (32 bytes), length of the file (8 bytes), CRC-32C of all later pages (8
 * bytes); little-endian.
 */
public final class BlockFile {
  private static final byte[] MAGIC = {'F', 'S', 'B', 'L', 'O', 'C', 'K', '1'};
  private static final int KEY = 32; // bytes of a SHA-256
  private static final int CHUNK = 4 << 20;

  private final Path path;
  private final byte[] key;
  private final WeightLayout layout;

  /**
   * @param key SHA-256 of all that decides the content, in hexadecimal
   */
  public BlockFile(Path path, String key, WeightLayout layout) {
    this.path = path;
    this.key = HexFormat.of().parseHex(key);
    this.layout = layout;
  }

  /** Whether the file is there, whole, and holds what the key says. Reads all of it. */
  boolean valid() throws IOException {
    if (!Files.isRegularFile(path)) {
      return false;
    }
    try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ)) {
      if (file.size() != layout.end()) {
        return false;
      }
      ByteBuffer head = buffer(WeightLayout.PAGE);
      readFully(file, head);
      byte[] magic = new byte[MAGIC.length];
      byte[] found = new byte[KEY];
      head.flip().get(magic).get(found);
      return Arrays.equals(magic, MAGIC)
          && Arrays.equals(found, key)
          && head.getLong() == layout.end()
          && head.getLong() == checksum(file);
    }
  }

  private static long checksum(FileChannel file) throws IOException {
    CRC32C sum = new CRC32C();
    ByteBuffer chunk = buffer(CHUNK);
    while (readFully(file, chunk.clear())) {
      sum.update(chunk.flip());
    }
    return sum.getValue();
  }

  /** Fills the buffer as far as the file goes; false at its end. */
  private static boolean readFully(FileChannel file, ByteBuffer into) throws IOException {
    int read = 0;
    while (into.hasRemaining() && read >= 0) {
      read = file.read(into);
    }
    return into.position() > 0;
  }

  /** Writes the file, replacing what is there; the first page comes last. */
  public void write(BlockTensors tensors) throws IOException {
    try (FileChannel file =
        FileChannel.open(
            path,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      file.position(WeightLayout.PAGE);
      CRC32C sum = new CRC32C();
      tensors.read(
          layout.places(),
          (place, bytes) -> {
            append(
                file,
                sum,
                buffer((int) (Math.max(place.offset(), file.position()) - file.position())));
            append(file, sum, bytes);
          });
      append(file, sum, buffer((int) (layout.end() - file.position())));
      ByteBuffer head = buffer(WeightLayout.PAGE);
      head.put(MAGIC).put(key).putLong(layout.end()).putLong(sum.getValue());
      file.position(0);
      file.write(head.clear());
    }
  }

  private static void append(FileChannel file, CRC32C sum, ByteBuffer bytes) throws IOException {
    sum.update(bytes.duplicate());
    while (bytes.hasRemaining()) {
      file.write(bytes);
    }
  }

  private static ByteBuffer buffer(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
