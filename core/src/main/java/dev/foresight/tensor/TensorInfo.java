package dev.foresight.tensor;

import java.util.Arrays;
import java.util.List;

/**
 * What a header says of one tensor.
 *
 * @param name its full name, for example {@code model.layers.0.mlp.up_proj.weight}
 * @param dtype element type as stored
 * @param shape sizes, outermost first; empty for a scalar
 */
public record TensorInfo(String name, DType dtype, List<Long> shape)
    implements java.io.Serializable {
  public TensorInfo {
    shape = List.copyOf(shape);
  }

  /** A tensor of the given sizes. */
  public static TensorInfo of(String name, DType dtype, long... shape) {
    return new TensorInfo(name, dtype, Arrays.stream(shape).boxed().toList());
  }

  /**
   * Number of elements.
   *
   * @throws ArithmeticException if it is beyond a long
   */
  public long elements() {
    return shape.stream().reduce(1L, Math::multiplyExact);
  }

  /** Stored size in bytes. */
  public long bytes() {
    return Math.multiplyExact(elements(), dtype.bytes());
  }
}
