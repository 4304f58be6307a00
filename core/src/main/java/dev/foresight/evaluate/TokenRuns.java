package dev.foresight.evaluate;

import java.util.Set;

/**
 * Runs of {@value #LENGTH} tokens that two texts share. Of one text every {@value #LENGTH}th place
 * is looked for at all places of the other, so a shared passage of twice that length is always
 * found, wherever either text was cut.
 */
public final class TokenRuns {
  /** Tokens of a run: long enough that a shared one is a quotation. */
  public static final int LENGTH = 32;

  private static final long BASE = 0x9E3779B97F4A7C15L; // odd, so that powers never vanish

  private TokenRuns() {}

  /** Hashes of the runs that begin at multiples of the length; none for a shorter text. */
  public static long[] aligned(int[] tokens) {
    long[] hashes = new long[tokens.length / LENGTH];
    for (int run = 0; run < hashes.length; run++) {
      long hash = 0;
      for (int i = run * LENGTH; i < (run + 1) * LENGTH; i++) {
        hash = hash * BASE + mix(tokens[i]);
      }
      hashes[run] = hash;
    }
    return hashes;
  }

  /**
   * Looks for runs.
   *
   * @param tokens text that may hold them, at any place
   * @param wanted hashes of runs
   * @param found gets those that are there
   */
  public static void find(int[] tokens, Set<Long> wanted, Set<Long> found) {
    long oldest = 1; // BASE to the power of LENGTH
    for (int i = 0; i < LENGTH; i++) {
      oldest *= BASE;
    }
    long hash = 0;
    for (int i = 0; i < tokens.length; i++) {
      hash = hash * BASE + mix(tokens[i]);
      if (i >= LENGTH) {
        hash -= oldest * mix(tokens[i - LENGTH]);
      }
      if (i >= LENGTH - 1 && wanted.contains(hash)) {
        found.add(hash);
      }
    }
  }

  /** Spreads ids over all bits (splitmix64's finalizer). */
  private static long mix(int token) {
    long z = (token + 1L) * BASE;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
