package dev.foresight.sketch;

import dev.foresight.Words;
import java.util.Map;

/**
 * What a graph measured at one place of a block, a role's input or the block as a whole, over one
 * batch.
 *
 * @param sequences of the batch, which is also the number of tokens at position 0
 * @param tokens of the batch
 * @param rows sampled tokens of the batch
 * @param outputs fp32, row by row, under the names that statistics give them
 */
public record Measured(int sequences, int tokens, int rows, Map<String, float[]> outputs) {
  /**
   * An output.
   *
   * @throws IllegalArgumentException if the graph does not measure it
   */
  public float[] output(String name) {
    float[] values = outputs.get(name);
    if (values == null) {
      throw new IllegalArgumentException(
          Words.format("The graph measures %s, not %s", outputs.keySet(), name));
    }
    return values;
  }

  /** Whether all numbers are finite: NaN and infinity survive every sum. */
  public boolean finite() {
    for (float[] values : outputs.values()) {
      for (float value : values) {
        if (!Float.isFinite(value)) {
          return false;
        }
      }
    }
    return true;
  }
}
