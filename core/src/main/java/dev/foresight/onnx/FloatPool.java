package dev.foresight.onnx;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Direct buffers that are used again, because the JVM frees them only when the heap is collected,
 * which may be long after the process has run out of native memory. Safe for several threads.
 */
final class FloatPool {
  private final List<FloatBuffer> idle = new ArrayList<>();

  /**
   * A buffer of unspecified content with {@code elements} remaining; the smallest idle one that is
   * large enough, else a new one.
   */
  synchronized FloatBuffer take(int elements) {
    int best = -1;
    for (int i = 0; i < idle.size(); i++) {
      int capacity = idle.get(i).capacity();
      if (capacity >= elements && (best < 0 || capacity < idle.get(best).capacity())) {
        best = i;
      }
    }
    FloatBuffer buffer = best < 0 ? allocate(elements) : idle.remove(best);
    return buffer.clear().limit(elements);
  }

  /** Takes a buffer back. */
  synchronized void give(FloatBuffer buffer) {
    idle.add(buffer);
  }

  /** Forgets all idle buffers. */
  synchronized void clear() {
    idle.clear();
  }

  /** A new direct buffer that belongs to no pool. */
  static FloatBuffer allocate(int elements) {
    return ByteBuffer.allocateDirect(Math.multiplyExact(elements, Float.BYTES))
        .order(ByteOrder.nativeOrder())
        .asFloatBuffer();
  }
}
