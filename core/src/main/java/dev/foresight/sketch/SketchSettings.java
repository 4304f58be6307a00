package dev.foresight.sketch;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.foresight.InputException;
import dev.foresight.Words;
import java.io.Serializable;
import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What a slice is and keeps. Part of a store's fingerprint.
 *
 * @param slice sequences of a slice, S
 * @param rows sampled rows kept of positions 1 and later, K; 0 keeps none at all
 * @param firstRows sampled rows kept of position 0, 0 where {@code rows} is
 * @param also names of the statistics that are kept beside sums and rows; stores that keep none
 *     don't say so
 */
public record SketchSettings(
    int slice,
    int rows,
    int firstRows,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) SortedSet<String> also)
    implements Serializable {
  public SketchSettings {
    if (slice < 1) {
      throw new InputException(
          Words.format("--slice %d: a slice has at least one sequence.", slice));
    }
    if (rows < 0 || firstRows < 0) {
      throw new InputException(Words.format("--rows %d: choose 0 for none, or more.", rows));
    }
    firstRows = rows == 0 ? 0 : firstRows;
    also =
        also == null
            ? Collections.emptySortedSet()
            : Collections.unmodifiableSortedSet(new TreeSet<>(also));
  }

  /** Sums, and rows where there are to be some. */
  public SketchSettings(int slice, int rows, int firstRows) {
    this(slice, rows, firstRows, null);
  }

  /** The same with no more rows than a slice has tokens of this length of its sequences. */
  public SketchSettings within(int length) {
    return new SketchSettings(
        slice, (int) Math.min(rows, slice * (length - 1L)), Math.min(firstRows, slice), also);
  }
}
