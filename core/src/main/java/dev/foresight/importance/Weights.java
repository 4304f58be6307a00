package dev.foresight.importance;

import dev.foresight.InputException;
import dev.foresight.Words;
import java.util.Arrays;

/**
 * How the blocks ahead share their part of the blend (β): block l + k weighs {@code ratio^(k-1)},
 * divided by the sum over the window.
 *
 * @param ratio weight of a block against that of the one before it, above 0 and at most 1; 1 is
 *     uniform
 */
public record Weights(double ratio) implements java.io.Serializable {
  /** All blocks of the window alike. */
  public static final Weights UNIFORM = new Weights(1);

  private static final String GEOMETRIC = "geometric:";

  public Weights {
    if (!(ratio > 0 && ratio <= 1)) {
      throw new InputException(
          Words.format(
              "--window-weights %s%s is out of range: choose a ratio above 0 and at most 1.",
              GEOMETRIC, ratio));
    }
  }

  /** Each block weighs {@code ratio} times what the block before it does. */
  public static Weights geometric(double ratio) {
    return new Weights(ratio);
  }

  /**
   * @param key {@code uniform} or {@code geometric:RATIO}
   * @throws InputException for anything else
   */
  public static Weights parse(String key) {
    if (key.equals("uniform")) {
      return UNIFORM;
    }
    if (key.startsWith(GEOMETRIC)) {
      try {
        return new Weights(Double.parseDouble(key.substring(GEOMETRIC.length())));
      } catch (NumberFormatException e) {
        throw new InputException(
            Words.format(
                "--window-weights '%s' has no number after the colon: write geometric:0.5.", key),
            e);
      }
    }
    throw new InputException(
        Words.format("--window-weights '%s' is unknown: choose uniform or geometric:0.5.", key));
  }

  /** The name in settings, as {@link #parse} reads it. */
  public String key() {
    return ratio == 1 ? "uniform" : GEOMETRIC + ratio;
  }

  /** β of {@code count} blocks, nearest first; the sum is 1. */
  double[] of(int count) {
    double[] weights = new double[count];
    double next = 1;
    for (int k = 0; k < count; k++, next *= ratio) {
      weights[k] = next;
    }
    double sum = Arrays.stream(weights).sum();
    for (int k = 0; k < count; k++) {
      weights[k] /= sum;
    }
    return weights;
  }
}
