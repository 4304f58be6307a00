package dev.foresight.sketch;

/** What a statistic is kept apart for: a store adds up no more, and no less, than that. */
public enum Granularity {
  /** Each slice, until it is read: any subset, weight or draw of slices is exact. */
  SLICE,
  /** Each shard: what its slices taught is merged before it counts, and they can't be chosen. */
  SHARD,
  /** Each sampled row; the samples of slices unite by key. */
  ROW
}
