package dev.foresight.quantize.plan;

import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.quantize.ClipSearch;
import dev.foresight.quantize.OutputSteps;
import dev.foresight.quantize.WeightedSteps;
import java.util.Arrays;
import java.util.Locale;

/** How the step of each group is chosen, once the scales are. */
public enum Steps {
  /** By the group's whole range; nothing is searched. */
  RANGE,
  /** By the share of the range that leaves the least loss, see {@link ClipSearch}. */
  CLIP,
  /** By what leaves the least Σ E[x²] ΔW², see {@link WeightedSteps}. */
  WEIGHTED,
  /**
   * By what leaves the least sampled error of the output, see {@link OutputSteps}; under the
   * diagonal loss the same as {@link #WEIGHTED}.
   */
  OUTPUT;

  /**
   * Whether scales are chosen under these steps: their search gains so much that a scale that suits
   * the steps of whole ranges need not suit them.
   */
  public boolean decideScales() {
    return this == WEIGHTED || this == OUTPUT;
  }

  /** The name in settings, reports and messages. */
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * @param key {@code range}, {@code clip}, {@code weighted} or {@code output}
   * @throws InputException for anything else
   */
  public static Steps parse(String key) {
    return Arrays.stream(values())
        .filter(value -> value.key().equals(key))
        .findFirst()
        .orElseThrow(
            () ->
                new InputException(
                    Words.format(
                        "--steps '%s' is unknown: choose range, clip, weighted or output.", key)));
  }
}
