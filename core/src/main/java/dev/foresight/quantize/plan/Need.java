package dev.foresight.quantize.plan;

import java.util.Locale;

/** A part of a sketch that a plan may read; stores say which they have. */
public enum Need {
  /** Sums of each channel. */
  SUMS,
  /** Sampled rows of each role. */
  ROWS;

  /** The name of the statistic in a store. */
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }
}
