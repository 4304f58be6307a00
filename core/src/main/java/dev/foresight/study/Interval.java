package dev.foresight.study;

import dev.foresight.Words;

/**
 * A statistic with its confidence interval.
 *
 * @param value on the windows as they are
 * @param low lower end
 * @param high upper end
 */
public record Interval(double value, double low, double high) {
  public Interval {
    if (!(low <= high)) {
      throw new IllegalArgumentException(Words.format("An interval can't go from %s to %s", low, high));
    }
  }

  /** Whether the interval leaves 0 out: the sign can be believed. */
  public boolean excludesZero() {
    return low > 0 || high < 0;
  }
}
