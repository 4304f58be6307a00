package dev.foresight.sketch;

import dev.foresight.InputException;
import dev.foresight.Words;
import java.io.Serializable;

/**
 * What a slice is and keeps. Part of a store's fingerprint.
 *
 * @param slice sequences of a slice, S
 * @param rows sampled rows kept of positions 1 and later, K; 0 keeps none at all
 * @param firstRows sampled rows kept of position 0, 0 where {@code rows} is
 */
public record SketchSettings(int slice, int rows, int firstRows) implements Serializable {
  public SketchSettings {
    if (slice < 1) {
      throw new InputException(Words.format("--slice %d: a slice has at least one sequence.", slice));
    }
    if (rows < 0 || firstRows < 0) {
      throw new InputException(Words.format("--rows %d: choose 0 for none, or more.", rows));
    }
    firstRows = rows == 0 ? 0 : firstRows;
  }
}
