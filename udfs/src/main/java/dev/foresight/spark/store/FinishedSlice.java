package dev.foresight.spark.store;

import dev.foresight.sketch.Sums;
import java.io.Serializable;

/**
 * A slice that a task has run.
 *
 * @param slice with its files
 * @param cpu the kind of CPU that ran it
 */
public record FinishedSlice(StoredSlice slice, String cpu) implements Serializable {
  public FinishedSlice {
    if (slice == null || slice.file(Sums.SUMS).isEmpty() || cpu == null) {
      throw new IllegalArgumentException(
          "The record of a slice lacks the slice, its sums or the CPU");
    }
  }
}
