package dev.foresight.evaluate;

import dev.foresight.InputException;
import dev.foresight.Words;
import java.util.Arrays;

/** Cuts a tokenized text into the windows that are scored, each of them run alone. */
public final class Windows {
  private Windows() {}

  /**
   * Windows evenly spaced over the text: of the m whole windows it holds, those numbered {@code i *
   * m / count}. What is left at the end is dropped.
   *
   * @param ids the whole text
   * @param length tokens of a window, at least 2
   * @param count windows wanted; 0 for all, and all if there are no more
   * @throws InputException if the text is shorter than a window
   */
  public static int[][] evenlySpaced(int[] ids, int length, int count) {
    if (length < 2) {
      throw new InputException(
          Words.format("A --window of %d has no token to predict: choose 2 or more.", length));
    }
    if (count < 0) {
      throw new InputException(
          Words.format("--windows %d is negative: choose how many, or 0 for all.", count));
    }
    int whole = ids.length / length;
    if (whole == 0) {
      throw new InputException(
          Words.format("The text has %d tokens, less than one --window of %d: use a longer text or a shorter window.", ids.length, length));
    }
    int taken = count == 0 ? whole : Math.min(count, whole);
    int[][] windows = new int[taken][];
    for (int i = 0; i < taken; i++) {
      int start = Math.toIntExact((long) i * whole / taken * length);
      windows[i] = Arrays.copyOfRange(ids, start, start + length);
    }
    return windows;
  }
}
