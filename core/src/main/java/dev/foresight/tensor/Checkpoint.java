package dev.foresight.tensor;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Collection;

/**
 * The tensors of one model, wherever they lie: one safetensors file, several with an index, or a
 * quantized folder that is dequantized on reading. Safe for several threads.
 */
public interface Checkpoint extends Closeable {
  /** All tensors, sorted by name. */
  Collection<TensorInfo> tensors();

  /** Whether a tensor of this name is there. */
  boolean contains(String name);

  /**
   * @throws dev.foresight.InputException if there is no such tensor; the message names the folder
   */
  TensorInfo info(String name);

  /**
   * The stored bytes, little-endian, C-contiguous, read-only; valid until {@link #close}.
   *
   * @throws dev.foresight.InputException if there is no such tensor, it is 2 GiB or larger, it
   *     holds NaN or infinity, or {@link #dequantizes}
   */
  ByteBuffer bytes(String name) throws IOException;

  /** Whether a tensor has no bytes of its own, because it is dequantized on reading. */
  default boolean dequantizes(String name) {
    return false;
  }

  /**
   * All elements widened to fp32.
   *
   * @throws dev.foresight.InputException if the stored type is no float of 16 or 32 bits, or an
   *     element is NaN or infinite
   */
  float[] floats(String name) throws IOException;
}
