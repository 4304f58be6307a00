package dev.foresight.onnx;

import dev.foresight.tensor.Checkpoint;
import dev.foresight.tensor.TensorInfo;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Collection;

/** A checkpoint whose floats are changed on reading: controls and damaged weights. */
public record ChangedCheckpoint(Checkpoint original, Change change) implements Checkpoint {
  /** What is changed. */
  @FunctionalInterface
  public interface Change {
    /** Changes the values of one tensor in place. */
    void apply(String name, float[] values);

    /** What takes the place of the stored bytes. */
    default ByteBuffer bytes(String name, ByteBuffer stored) {
      return stored;
    }
  }

  @Override
  public Collection<TensorInfo> tensors() {
    return original.tensors();
  }

  @Override
  public boolean contains(String name) {
    return original.contains(name);
  }

  @Override
  public TensorInfo info(String name) {
    return original.info(name);
  }

  @Override
  public ByteBuffer bytes(String name) throws IOException {
    return change.bytes(name, original.bytes(name));
  }

  @Override
  public float[] floats(String name) throws IOException {
    float[] values = original.floats(name);
    change.apply(name, values);
    return values;
  }

  @Override
  public void close() throws IOException {
    original.close();
  }
}
