package dev.foresight.onnx;

import java.util.Arrays;

/**
 * Tokens of a slice whose rows are wanted, by {@code sequence * length + position}.
 *
 * @param indices strictly ascending, not negative
 */
@SuppressWarnings("ArrayRecordComponent") // read once by the runner, never compared
public record RowSelection(int[] indices) {
  private static final RowSelection NONE = new RowSelection(new int[0]);

  public RowSelection {
    indices = indices.clone();
    for (int i = 0; i < indices.length; i++) {
      if (indices[i] < 0 || (i > 0 && indices[i] <= indices[i - 1])) {
        throw new IllegalArgumentException(
            "Selected rows must ascend: " + Arrays.toString(indices));
      }
    }
  }

  /** No rows at all. */
  public static RowSelection none() {
    return NONE;
  }

  /** The wanted tokens in {@code [from, to)}, counted from {@code from}. */
  long[] within(int from, int to) {
    return Arrays.stream(indices)
        .filter(index -> index >= from && index < to)
        .mapToLong(index -> index - from)
        .toArray();
  }
}
