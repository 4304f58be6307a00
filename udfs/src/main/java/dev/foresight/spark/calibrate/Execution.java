package dev.foresight.spark.calibrate;

import dev.foresight.onnx.graph.Precision;
import java.io.Serializable;

/**
 * How an executor runs blocks. Only {@code precision} changes a result.
 *
 * @param memory what stays open between slices
 * @param precision arithmetic of the linears
 * @param cache local folder of converted blocks, or null for one of Spark's own folders
 */
public record Execution(Memory memory, Precision precision, String cache) implements Serializable {
  /** What stays open between slices. */
  public enum Memory {
    /**
     * All blocks of the model: fastest. Their fp32 weights are mapped, one copy for all processes.
     */
    RESIDENT,
    /** Only the blocks that tasks are working on. */
    STREAMING
  }

  /** In fp32, converted blocks in one of Spark's own folders. */
  public Execution(Memory memory) {
    this(memory, Precision.FP32, null);
  }
}
