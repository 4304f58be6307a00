package dev.foresight.quantize.plan;

import dev.foresight.InputException;
import dev.foresight.Words;
import java.util.Arrays;
import java.util.Locale;

/** What the search minimises for a change ΔW of a linear; both are a mean over tokens. */
public enum Loss {
  /** Σ_ij E[x_j²] ΔW_ij²: channels count as if they were uncorrelated; needs sums only. */
  DIAGONAL,
  /** Σ_rows weight ‖ΔW x‖² over sampled activations; needs stored rows. */
  SAMPLED;

  private final String key = name().toLowerCase(Locale.ROOT);

  /** The name in settings and messages. */
  public String key() {
    return key;
  }

  /**
   * @param key {@code diagonal} or {@code sampled}
   * @throws InputException for anything else
   */
  public static Loss parse(String key) {
    return Arrays.stream(values())
        .filter(value -> value.key.equals(key))
        .findFirst()
        .orElseThrow(
            () ->
                new InputException(
                    Words.format("--loss '%s' is unknown: choose diagonal or sampled.", key)));
  }
}
