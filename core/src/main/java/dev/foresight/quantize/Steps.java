package dev.foresight.quantize;

import dev.foresight.InputException;
import java.util.Arrays;
import java.util.Locale;

/** How the step of each group is chosen, once the scales are. */
public enum Steps {
  /** By the group's whole range; nothing is searched. */
  RANGE,
  /** By the share of the range that leaves the least loss, see {@link ClipSearch}. */
  CLIP,
  /** By what leaves the least Σ E[x²] ΔW², see {@link WeightedSteps}. */
  WEIGHTED;

  /** The name in settings, reports and messages. */
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * @param key {@code range}, {@code clip} or {@code weighted}
   * @throws InputException for anything else
   */
  public static Steps parse(String key) {
    return Arrays.stream(values())
        .filter(value -> value.key().equals(key))
        .findFirst()
        .orElseThrow(
            () ->
                new InputException(
                    "--steps '%s' is unknown: choose range, clip or weighted.".formatted(key)));
  }
}
