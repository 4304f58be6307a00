package dev.foresight.tensor;

import dev.foresight.InputException;
import dev.foresight.Words;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A local file in mapped memory: reading costs no heap and no copy, and processes on one host share
 * the pages.
 *
 * <p>One Java mapping ends at 2 GiB, so a long file has several. Each is twice as long as the
 * distance between their starts; so a read of up to that distance always lies in one of them. A
 * longer read gets a mapping of its own. The garbage collector unmaps.
 */
public final class MappedFile implements ByteSource {
  private static final int STRIDE = 1 << 30;

  private final String name;
  private final FileChannel channel;
  private final long size;
  private final int stride;
  private final MappedByteBuffer[] regions;

  /**
   * @throws InputException if there is no such file
   */
  public static MappedFile open(Path file) throws IOException {
    return open(file, STRIDE);
  }

  /** With regions that start {@code stride} bytes apart. */
  static MappedFile open(Path file, int stride) throws IOException {
    if (Files.isDirectory(file)) {
      throw new InputException(Words.format("%s is a folder: a file is needed here.", file));
    }
    FileChannel channel;
    try {
      channel = FileChannel.open(file, StandardOpenOption.READ);
    } catch (NoSuchFileException e) {
      throw new InputException(
          Words.format("%s does not exist. Check the name, or finish the download.", file), e);
    }
    try {
      return new MappedFile(file.toString(), channel, stride);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private MappedFile(String name, FileChannel channel, int stride) throws IOException {
    this.name = name;
    this.channel = channel;
    this.size = channel.size();
    this.stride = stride;
    this.regions = new MappedByteBuffer[Math.toIntExact((size + stride - 1) / stride)];
    for (int i = 0; i < regions.length; i++) {
      long start = (long) i * stride;
      long length = Math.min(size - start, Math.min(2L * stride, Integer.MAX_VALUE));
      regions[i] = channel.map(MapMode.READ_ONLY, start, length);
    }
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public ByteBuffer read(long position, int length) throws IOException {
    if (position < 0 || length < 0) {
      throw new IllegalArgumentException(Words.format("%d bytes from %d", length, position));
    }
    if (position > size - length) {
      throw new EOFException(
          Words.format("%s has %d bytes, but %d from %d are needed", name, size, length, position));
    }
    if (length == 0) {
      return ByteBuffer.allocate(0).asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
    }
    int region = (int) (position / stride);
    int offset = (int) (position % stride);
    MappedByteBuffer mapped = regions[region];
    ByteBuffer bytes =
        length <= mapped.capacity() - offset
            ? mapped.slice(offset, length)
            : channel.map(MapMode.READ_ONLY, position, length);
    return bytes.order(ByteOrder.LITTLE_ENDIAN);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
