package dev.foresight.tensor;

import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.tensor.SafetensorsHeader.Entry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.SortedMap;

/** One safetensors file whose header was checked before any tensor is handed out. */
public final class SafetensorsFile implements Checkpoint {
  private static final int CHUNK = 1 << 26; // bytes asked for at once while widening

  private final ByteSource file;
  private final SortedMap<String, Entry> entries;

  /**
   * Takes over {@code file}: it is closed with this checkpoint, or at once if it is refused.
   *
   * @throws InputException if the header is wrong in any way; the message names file and tensor
   */
  public static SafetensorsFile open(ByteSource file) throws IOException {
    try {
      return new SafetensorsFile(file, SafetensorsHeader.read(file).entries());
    } catch (IOException | RuntimeException e) {
      file.close();
      throw e;
    }
  }

  private SafetensorsFile(ByteSource file, SortedMap<String, Entry> entries) {
    this.file = file;
    this.entries = entries;
  }

  @Override
  public Collection<TensorInfo> tensors() {
    return entries.values().stream().map(Entry::info).toList();
  }

  @Override
  public boolean contains(String name) {
    return entries.containsKey(name);
  }

  @Override
  public TensorInfo info(String name) {
    return entry(name).info();
  }

  @Override
  public ByteBuffer bytes(String name) throws IOException {
    Entry entry = entry(name);
    long length = entry.info().bytes();
    if (length > Integer.MAX_VALUE) {
      throw new InputException(
          Words.format("%s: tensor '%s' is %d bytes long; its bytes can be had at once only below 2 GiB.", file.name(), name, length));
    }
    return file.read(entry.position(), (int) length);
  }

  @Override
  public float[] floats(String name) throws IOException {
    Entry entry = entry(name);
    TensorInfo info = entry.info();
    if (!info.dtype().widensToFloat()) {
      throw new InputException(
          Words.format("%s: tensor '%s' is %s; weights must be F32, F16 or BF16.", file.name(), name, info.dtype()));
    }
    long elements = info.elements();
    if (elements > Integer.MAX_VALUE - 8) { // the longest array of usual virtual machines
      throw new InputException(
          Words.format("%s: tensor '%s' has %d elements, more than one array can hold.", file.name(), name, elements));
    }
    float[] values = new float[(int) elements];
    int width = info.dtype().bytes();
    for (int done = 0; done < values.length; ) {
      int n = Math.min(CHUNK / width, values.length - done);
      ByteBuffer bytes = file.read(entry.position() + (long) done * width, n * width);
      FloatTensors.widen(info.dtype(), bytes, values, done);
      done += n;
    }
    return values;
  }

  @Override
  public void close() throws IOException {
    file.close();
  }

  private Entry entry(String name) {
    Entry entry = entries.get(name);
    if (entry == null) {
      throw TensorNames.missing(file.name(), name, entries.keySet());
    }
    return entry;
  }
}
