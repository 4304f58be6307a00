package dev.foresight.tensor;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * A tensor that is about to be written; its bytes are made only when their turn comes.
 *
 * @param info name, type and shape
 * @param data gives the bytes, little-endian and C-contiguous
 */
public record NamedTensor(TensorInfo info, Data data) {

  /** Makes a tensor's bytes; called once a writing. */
  @FunctionalInterface
  public interface Data {
    ByteBuffer bytes() throws IOException;
  }

  /** The tensor of this name as a checkpoint stores it. */
  public static NamedTensor copyOf(Checkpoint checkpoint, String name) {
    return new NamedTensor(checkpoint.info(name), () -> checkpoint.bytes(name));
  }

  /**
   * Floats, rounded to {@code info}'s type when they are written.
   *
   * @throws dev.foresight.InputException on writing, if a value is too large for that type
   */
  public static NamedTensor ofFloats(TensorInfo info, float[] values) {
    return new NamedTensor(info, () -> FloatTensors.narrow(info.name(), info.dtype(), values));
  }
}
