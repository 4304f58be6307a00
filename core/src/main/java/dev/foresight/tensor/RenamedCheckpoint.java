package dev.foresight.tensor;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.SortedMap;
import java.util.TreeMap;

/** A checkpoint some of whose tensors go by other names than those that they are stored under. */
public final class RenamedCheckpoint implements Checkpoint {
  private final Checkpoint stored;
  private final String location;
  private final SortedMap<String, String> storedName;

  /**
   * @param stored closed with this one
   * @param location what messages call it
   * @param storedName stored name of each tensor, by the name that it goes by
   */
  public RenamedCheckpoint(
      Checkpoint stored, String location, SortedMap<String, String> storedName) {
    this.stored = stored;
    this.location = location;
    this.storedName = new TreeMap<>(storedName);
  }

  @Override
  public Collection<TensorInfo> tensors() {
    return storedName.keySet().stream().map(this::info).toList();
  }

  @Override
  public boolean contains(String name) {
    return storedName.containsKey(name);
  }

  @Override
  public TensorInfo info(String name) {
    TensorInfo info = stored.info(stored(name));
    return new TensorInfo(name, info.dtype(), info.shape());
  }

  @Override
  public ByteBuffer bytes(String name) throws IOException {
    return stored.bytes(stored(name));
  }

  @Override
  public boolean dequantizes(String name) {
    return stored.dequantizes(stored(name));
  }

  @Override
  public float[] floats(String name) throws IOException {
    return stored.floats(stored(name));
  }

  @Override
  public void close() throws IOException {
    stored.close();
  }

  private String stored(String name) {
    String known = storedName.get(name);
    if (known == null) {
      throw TensorNames.missing(location, name, storedName.keySet());
    }
    return known;
  }
}
