package dev.foresight.sketch;

/** What a statistic is kept apart for: a store never adds up more than that. */
public enum Granularity {
  /** Each slice, until it is read: any subset, weight or draw of slices is exact. */
  SLICE,
  /** Each sampled row; the samples of slices unite by key. */
  ROW
}
