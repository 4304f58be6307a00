package dev.foresight.quantize.plan;

import dev.foresight.InputException;
import dev.foresight.Words;
import java.util.Locale;

/** How weights become codes, once the steps are chosen. */
public enum Rounding {
  /** Each weight to the code nearest to it, ties to even. */
  NEAREST;

  /** The name in settings, reports and messages. */
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * @param key {@code nearest}
   * @throws InputException for anything else
   */
  public static Rounding parse(String key) {
    if (key.equals(NEAREST.key())) {
      return NEAREST;
    }
    throw new InputException(Words.format("Rounding '%s' is unknown: choose nearest.", key));
  }
}
