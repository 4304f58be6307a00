package dev.foresight.tensor;

import java.io.EOFException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** A file that was never on disk. */
final class BytesInMemory implements ByteSource {
  private final byte[] bytes;
  private boolean closed;

  BytesInMemory(byte[] bytes) {
    this.bytes = bytes.clone();
  }

  /** A safetensors file of a header and {@code dataBytes} zeros. */
  static BytesInMemory safetensors(String header, int dataBytes) {
    return safetensors(header.getBytes(StandardCharsets.UTF_8), dataBytes);
  }

  static BytesInMemory safetensors(byte[] header, int dataBytes) {
    ByteBuffer file = ByteBuffer.allocate(Long.BYTES + header.length + dataBytes);
    file.order(ByteOrder.LITTLE_ENDIAN).putLong(header.length).put(header);
    return new BytesInMemory(file.array());
  }

  boolean closed() {
    return closed;
  }

  @Override
  public String name() {
    return "w.safetensors";
  }

  @Override
  public long size() {
    return bytes.length;
  }

  @Override
  public ByteBuffer read(long position, int length) throws EOFException {
    if (position + length > bytes.length) {
      throw new EOFException();
    }
    return ByteBuffer.wrap(bytes, (int) position, length)
        .slice()
        .asReadOnlyBuffer()
        .order(ByteOrder.LITTLE_ENDIAN);
  }

  @Override
  public void close() {
    closed = true;
  }
}
