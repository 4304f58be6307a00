package dev.foresight.quantize.plan;

import dev.foresight.InputException;
import dev.foresight.Words;
import java.util.Arrays;
import java.util.Locale;

/** How weights become codes, once the steps are chosen. */
public enum Rounding {
  /** Each weight to the code nearest to it, ties to even. */
  NEAREST,
  /**
   * Errors of one channel make good those of others: GPTQ, coordinate descent over the codes, and
   * least squares for the steps, under the products of sampled rows.
   */
  COMPENSATED;

  /** The name in settings, reports and messages. */
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * @param key {@code nearest} or {@code compensated}
   * @throws InputException for anything else
   */
  public static Rounding parse(String key) {
    return Arrays.stream(values())
        .filter(value -> value.key().equals(key))
        .findFirst()
        .orElseThrow(
            () ->
                new InputException(
                    Words.format(
                        "--rounding '%s' is unknown: choose nearest or compensated.", key)));
  }
}
