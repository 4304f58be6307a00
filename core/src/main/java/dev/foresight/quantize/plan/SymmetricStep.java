package dev.foresight.quantize.plan;

import dev.foresight.InputException;
import dev.foresight.Words;
import java.util.Arrays;
import java.util.Locale;

/**
 * How the step of a symmetric group follows from its largest weight. Codes reach from -2^(b-1) to
 * 2^(b-1) - 1; readers multiply code and step, whatever the step.
 */
public enum SymmetricStep {
  /**
   * The weight of largest magnitude gets code -2^(b-1), and the step the sign that this needs: all
   * 2^b codes are used, as in llama.cpp's Q4_0.
   */
  WHOLE,
  /** max|w| / (2^(b-1) - 1), positive: code -2^(b-1) is left over, as in AutoAWQ. */
  NARROW;

  /** The name in settings and messages. */
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * @param key {@code whole} or {@code narrow}
   * @throws InputException for anything else
   */
  public static SymmetricStep parse(String key) {
    return Arrays.stream(values())
        .filter(value -> value.key().equals(key))
        .findFirst()
        .orElseThrow(
            () ->
                new InputException(
                    Words.format(
                        "--symmetric-step '%s' is unknown: choose whole or narrow.", key)));
  }
}
