package dev.foresight.hostile;

import dev.foresight.InputException;
import dev.foresight.tensor.ByteSource;
import dev.foresight.tensor.FileNames;
import dev.foresight.tensor.ModelFolder;
import java.io.EOFException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A model folder that was never on disk. */
@SuppressWarnings("ArrayRecordComponent") // written once by a test, never compared
public record MemoryFolder(Map<String, byte[]> contents) implements ModelFolder {
  /** A folder of one file. */
  public static MemoryFolder of(String file, byte[] content) {
    return new MemoryFolder(Map.of(file, content));
  }

  /** The same with another file, or the same file with another content. */
  public MemoryFolder with(String file, byte[] content) {
    Map<String, byte[]> more = new TreeMap<>(contents);
    more.put(file, content);
    return new MemoryFolder(more);
  }

  /** Length of all files together. */
  public long bytes() {
    return contents.values().stream().mapToLong(content -> content.length).sum();
  }

  @Override
  public String location() {
    return "m";
  }

  @Override
  public List<String> files() {
    return tree().stream().filter(path -> !path.contains("/")).toList();
  }

  @Override
  public List<String> tree() {
    return contents.keySet().stream().sorted().toList();
  }

  @Override
  public ByteSource open(String file) {
    return openBelow(FileNames.requirePlain(location(), file));
  }

  @Override
  public ByteSource openBelow(String file) {
    byte[] content = contents.get(FileNames.requireInside(location(), file));
    if (content == null) {
      throw new InputException("m has no file " + file);
    }
    return new Content("m/" + file, content);
  }

  private record Content(String name, byte[] content) implements ByteSource {
    @Override
    public long size() {
      return content.length;
    }

    @Override
    public ByteBuffer read(long position, int length) throws EOFException {
      if (position < 0 || length < 0 || position > content.length - length) {
        throw new EOFException("%d bytes at %d of %s".formatted(length, position, name));
      }
      return ByteBuffer.wrap(content, (int) position, length)
          .slice()
          .asReadOnlyBuffer()
          .order(ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public void close() {}
  }
}
