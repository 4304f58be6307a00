package dev.foresight.tensor;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.foresight.Words;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Writes safetensors files, byte for byte as the reference library does: tensors by type, the
 * library's last one first, then by name; the header padded with spaces to a multiple of 8, so that
 * every tensor is aligned.
 */
public final class SafetensorsWriter {
  private static final int ALIGNMENT = 8;

  private static final Comparator<NamedTensor> ORDER =
      Comparator.comparing((NamedTensor tensor) -> tensor.info().dtype())
          .reversed()
          .thenComparing(
              tensor -> tensor.info().name().getBytes(StandardCharsets.UTF_8),
              Arrays::compareUnsigned);

  private SafetensorsWriter() {}

  /**
   * Writes one file, holding one tensor's bytes at a time. The stream is neither flushed nor
   * closed.
   *
   * @return bytes written
   * @throws IllegalArgumentException if two tensors share a name, or one gives fewer or more bytes
   *     than its shape needs
   */
  public static long write(Collection<NamedTensor> tensors, OutputStream out) throws IOException {
    List<NamedTensor> ordered = tensors.stream().sorted(ORDER).toList();
    byte[] header = header(ordered);
    WritableByteChannel channel = Channels.newChannel(out);
    ByteBuffer length = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    writeAll(channel, length.putLong(header.length).flip());
    writeAll(channel, ByteBuffer.wrap(header));
    long written = Long.BYTES + header.length;
    for (NamedTensor tensor : ordered) {
      ByteBuffer bytes = tensor.data().bytes().duplicate();
      if (bytes.remaining() != tensor.info().bytes()) {
        throw new IllegalArgumentException(
            Words.format("%s has %d bytes", tensor.info(), bytes.remaining()));
      }
      written += bytes.remaining();
      writeAll(channel, bytes);
    }
    return written;
  }

  /** The padded header of tensors in the order of the file. */
  private static byte[] header(List<NamedTensor> ordered) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    // loaders of transformers 4 refuse a file that does not say which framework's layout it has
    json.putObject(SafetensorsHeader.METADATA).put("format", "pt");
    Set<String> names = new HashSet<>();
    long offset = 0;
    for (NamedTensor tensor : ordered) {
      TensorInfo info = tensor.info();
      if (!names.add(info.name())) {
        throw new IllegalArgumentException("Two tensors are called " + info.name());
      }
      ObjectNode entry = json.putObject(info.name());
      entry.put("dtype", info.dtype().name());
      ArrayNode shape = entry.putArray("shape");
      info.shape().forEach(shape::add);
      entry.putArray("data_offsets").add(offset).add(offset + info.bytes());
      offset += info.bytes();
    }
    byte[] text = StrictJson.compact(json).getBytes(StandardCharsets.UTF_8);
    int padded = (text.length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    byte[] header = Arrays.copyOf(text, padded);
    Arrays.fill(header, text.length, padded, (byte) ' ');
    return header;
  }

  private static void writeAll(WritableByteChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }
}
