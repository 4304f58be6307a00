package dev.foresight.quantize.plan;

import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.model.Role;
import java.io.Serializable;

/**
 * How weights become codes, and what that may be told.
 *
 * @param rule which way
 * @param shrinkage λ, 0 to 1: products of two channels are multiplied by 1 - λ, because few rows
 *     know them less well than the channels' own; NaN where rows and shards decide, for each role;
 *     0 where nothing is compensated
 * @param refits how often steps are fitted to the codes, and codes taken again; likewise
 * @param propagates whether block after block is quantized for what the quantized ones before it
 *     send, its targets corrected for that
 */
public record RoundingSettings(Rounding rule, double shrinkage, int refits, boolean propagates)
    implements Serializable {
  /** Settings for what the float model sends. */
  public RoundingSettings(Rounding rule, double shrinkage, int refits) {
    this(rule, shrinkage, refits, false);
  }

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
    if (rule == Rounding.NEAREST && propagates) {
      throw new InputException(
          "--propagate corrects the targets of compensated rounding: drop it, or pass --rounding compensated.");
    }
  }

  /** Each weight to the code nearest to it. */
  public static RoundingSettings nearest() {
    return new RoundingSettings(Rounding.NEAREST, 0, 0);
  }

  /** Compensated rounding where nothing else is said. */
  public static RoundingSettings compensated() {
    return new RoundingSettings(Rounding.COMPENSATED, Double.NaN, 1);
  }

  /** Whether λ comes from the rows. */
  public boolean learnsShrinkage() {
    return Double.isNaN(shrinkage);
  }

  /** These settings with or without corrected targets. */
  public RoundingSettings propagating(boolean other) {
    return new RoundingSettings(rule, shrinkage, refits, other);
  }

  /**
   * Whether a role's targets are corrected. Those of mlp_output are not: its input is far from
   * linear in what went wrong before it, and corrections do harm (QEP, arXiv 2504.09629, leaves it
   * out as well).
   */
  public boolean corrects(Role role) {
    return propagates && role != Role.MLP_OUTPUT;
  }

  /** Whether errors are compensated, which takes sampled rows. */
  public boolean compensates() {
    return rule == Rounding.COMPENSATED;
  }
}
