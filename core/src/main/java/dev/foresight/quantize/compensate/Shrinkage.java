package dev.foresight.quantize.compensate;

import java.util.Arrays;

/**
 * How far the product of two channels is to be distrusted: λ = v / (1 + v), where v is what varies
 * in it, in units of what is common to all text. That is the best weight of two estimates of which
 * one, no product at all, is wrong by the thing itself (Ledoit and Wolf 2004; towards the diagonal:
 * Schäfer and Strimmer 2005).
 *
 * <p>Two things vary. A kind of text differs from others, and with S shards a part of 1 / S of that
 * is left. And N rows tell of C channels only so much: 2 C / N. Both factors were found end to end,
 * see docs/results.md: what text will be read later can't be seen in what was calibrated on.
 */
public final class Shrinkage {
  private static final double OF_SHARDS = 1;
  private static final double OF_ROWS = 2;

  private Shrinkage() {}

  /**
   * @param channels C
   * @param weights [n] of rows, any common factor; those of unequal weight count as fewer, N =
   *     (Σw)² / Σw² (Kish 1965)
   * @param parts [n], whose each row is, from 0 on; empty where all are of one. S is counted alike,
   *     by their weights
   * @return λ in (0, 1)
   */
  public static double of(int channels, float[] weights, int[] parts) {
    double[] ofRows = new double[weights.length];
    double[] ofParts = new double[Arrays.stream(parts).max().orElse(0) + 1];
    for (int t = 0; t < weights.length; t++) {
      ofRows[t] = weights[t];
      ofParts[parts.length == 0 ? 0 : parts[t]] += weights[t];
    }
    double varies = OF_SHARDS / effective(ofParts) + OF_ROWS * channels / effective(ofRows);
    return varies / (1 + varies);
  }

  private static double effective(double[] weights) {
    double sum = Arrays.stream(weights).sum();
    return sum * sum / Arrays.stream(weights).map(weight -> weight * weight).sum();
  }
}
