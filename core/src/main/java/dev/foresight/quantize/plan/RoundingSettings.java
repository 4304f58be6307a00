package dev.foresight.quantize.plan;

import dev.foresight.InputException;
import dev.foresight.Words;
import java.io.Serializable;

/**
 * How weights become codes, and what that may be told.
 *
 * @param rule which way
 * @param shrinkage λ, 0 to 1: products of two channels are multiplied by 1 - λ, because few rows
 *     know them less well than the channels' own; NaN where what shards disagree on decides, for
 *     each role; 0 where nothing is compensated
 * @param refits how often steps are fitted to the codes, and codes taken again; likewise
 */
public record RoundingSettings(Rounding rule, double shrinkage, int refits)
    implements Serializable {
  public RoundingSettings {
    if (shrinkage < 0 || shrinkage > 1) {
      throw new InputException(
          Words.format("--shrinkage %s is out of range: choose 0 to 1.", shrinkage));
    }
    if (refits < 0 || refits > 100) {
      throw new InputException(
          Words.format("--refits %d is out of range: choose 0 to 100.", refits));
    }
    if (rule == Rounding.NEAREST && (shrinkage != 0 || refits != 0)) {
      throw new IllegalArgumentException("Rounding to nearest shrinks and refits nothing");
    }
  }

  /** Each weight to the code nearest to it. */
  public static RoundingSettings nearest() {
    return new RoundingSettings(Rounding.NEAREST, 0, 0);
  }

  /** Compensated rounding where nothing else is said. */
  public static RoundingSettings compensated() {
    return new RoundingSettings(Rounding.COMPENSATED, 0.3, 1);
  }

  /** Whether λ comes from the rows. */
  public boolean learnsShrinkage() {
    return Double.isNaN(shrinkage);
  }

  /** Whether errors are compensated, which takes sampled rows. */
  public boolean compensates() {
    return rule == Rounding.COMPENSATED;
  }
}
