package dev.foresight.tensor;

import java.nio.ByteBuffer;

/** The conversion that reading a checkpoint does, for benchmarks beside it. */
public final class Widening {
  private Widening() {}

  /** Elements of a tensor, from memory, to fp32. */
  public static void widen(DType dtype, ByteBuffer bytes, float[] target) {
    FloatTensors.widen(dtype, bytes, target, 0);
  }
}
