package dev.foresight.importance;

import dev.foresight.InputException;
import dev.foresight.Words;
import java.io.Serializable;
import java.util.Arrays;
import java.util.Locale;

/**
 * How much each sampled token's error counts: {@link TokenWeights} has the formulas.
 *
 * @param form which blocks they look at
 * @param exponent of the product, above 0, at most 2; 1/2 by default, since gradients are
 *     heavy-tailed
 * @param blocks how many blocks after a block's own count, 0 for all
 * @param attention whether the attention that a token receives is a factor for what goes into the
 *     residual stream
 */
public record TokenWeighting(Form form, double exponent, int blocks, boolean attention)
    implements Serializable {
  private static final double LARGEST = 2;

  /** Which blocks the weights look at. */
  public enum Form {
    /** All tokens count alike. */
    NONE,
    /** What later blocks make of the token. */
    FUTURE,
    /** The block's own attention and residual stream alone. */
    CURRENT,
    /** As {@link #FUTURE} at position 0, all other tokens alike: a control. */
    FIRST_POSITION;

    /** The name in settings, reports and messages. */
    public String key() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * @param key {@code none}, {@code future}, {@code current} or {@code first-position}
     * @throws InputException for anything else
     */
    public static Form parse(String key) {
      return Arrays.stream(values())
          .filter(form -> form.key().equals(key))
          .findFirst()
          .orElseThrow(
              () ->
                  new InputException(
                      Words.format(
                          "--token-weights '%s' is unknown: choose none, future, current or first-position.",
                          key)));
    }
  }

  public TokenWeighting {
    if (!(exponent > 0 && exponent <= LARGEST)) {
      throw new InputException(
          Words.format(
              "--token-exponent %s is out of range: choose a number above 0, at most 2.",
              exponent));
    }
    if (blocks < 0) {
      throw new InputException(
          Words.format(
              "--token-blocks %d is negative: choose how many later blocks count, or 0 for all.",
              blocks));
    }
  }

  /** The usual numbers of a form. */
  public static TokenWeighting of(Form form) {
    return new TokenWeighting(form, 0.5, 0, true);
  }

  /** All tokens count alike. */
  public static TokenWeighting none() {
    return of(Form.NONE);
  }

  /** Whether tokens differ at all. */
  public boolean weighs() {
    return form != Form.NONE;
  }
}
