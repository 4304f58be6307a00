package dev.foresight.spark;

import java.io.Serializable;

/**
 * How an executor runs blocks; it never changes a result.
 *
 * @param memory what stays in native memory between batches
 */
public record Execution(Memory memory) implements Serializable {
  /** What stays in native memory between batches. */
  public enum Memory {
    /** All blocks of the model: fastest, needs its fp32 size. */
    RESIDENT,
    /** Only the blocks that tasks are working on. */
    STREAMING
  }
}
