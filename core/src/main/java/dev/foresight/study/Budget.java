package dev.foresight.study;

/**
 * What a number of sequences is worth.
 *
 * @param method whose
 * @param bits width of a code
 * @param sequences of every shard
 * @param divergence mean over the domains
 * @param excess divergence over that of all sequences, as a share of it
 */
public record Budget(String method, int bits, int sequences, Interval divergence, Interval excess) {
  /** How much more divergence than with all sequences is still enough, as a share. */
  public static final double TOLERANCE = 0.05;

  /** Whether it can be believed that more sequences would gain less than the tolerance. */
  public boolean enough() {
    return excess.high() <= TOLERANCE;
  }
}
