package dev.foresight.importance;

import dev.foresight.InputException;
import dev.foresight.Words;
import java.util.Arrays;
import java.util.Locale;

/** What is done to a block's statistic before it is blended with those of other blocks (ν). */
public enum Normalization {
  /** The statistic itself: blocks with larger activations weigh more. */
  NONE,
  /** The statistic divided by its mean over the channels; zero where all channels are zero. */
  MEAN,
  /**
   * Logarithms are blended, and the blend raised again, so the result is a weighted geometric mean
   * and the magnitude of a block only shifts all its channels alike. A channel that is zero in one
   * of the blocks scores zero.
   */
  LOG;

  private final String key = name().toLowerCase(Locale.ROOT);

  /** The name in settings and messages. */
  public String key() {
    return key;
  }

  /**
   * @param key {@code none}, {@code mean} or {@code log}
   * @throws InputException for anything else
   */
  public static Normalization parse(String key) {
    return Arrays.stream(values())
        .filter(value -> value.key.equals(key))
        .findFirst()
        .orElseThrow(
            () ->
                new InputException(
                    Words.format("--window-normalization '%s' is unknown: choose none, mean or log.", key)));
  }
}
