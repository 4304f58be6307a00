package dev.foresight.sketch;

import dev.foresight.Words;
import java.io.Serializable;
import java.util.Arrays;

/**
 * What some tokens taught about each channel of one role's input: T, Σ|x|, Σx, Σx² and max|x|.
 *
 * <p>Sums are in double and merging adds them, so it is exact up to rounding and commutative to the
 * bit, but not associative: {@link SketchFold} fixes the order. No tokens is the neutral element.
 * NaN and infinities are kept, so that they are seen.
 */
public final class ChannelSums implements Serializable {
  private static final long serialVersionUID = 1L;

  private final double[] sumAbs;
  private final double[] sum;
  private final double[] sumSquare;
  private final float[] maxAbs;
  private long tokens;

  /** No tokens yet. */
  public ChannelSums(int channels) {
    this(0, new double[channels], new double[channels], new double[channels], new float[channels]);
  }

  /** Sums as a store holds them; the arrays are copied. */
  public ChannelSums(
      long tokens, double[] sumAbs, double[] sum, double[] sumSquare, float[] maxAbs) {
    if (sum.length != sumAbs.length
        || sumSquare.length != sumAbs.length
        || maxAbs.length != sumAbs.length) {
      throw new IllegalArgumentException("Sums of one role have one length");
    }
    this.tokens = tokens;
    this.sumAbs = sumAbs.clone();
    this.sum = sum.clone();
    this.sumSquare = sumSquare.clone();
    this.maxAbs = maxAbs.clone();
  }

  /**
   * Adds what a graph computed over a batch.
   *
   * @param count tokens summed over
   * @param stratum which of the two lines of each output
   */
  void add(long count, Measured batch, int stratum) {
    float[] batchAbs = batch.output(Sums.SUM_ABS);
    float[] batchSum = batch.output(Sums.SUM);
    float[] batchSquare = batch.output(Sums.SUM_SQUARE);
    float[] batchMax = batch.output(Sums.MAX_ABS);
    requireChannels(batchAbs.length / 2);
    tokens += count;
    for (int j = 0, at = stratum * channels(); j < channels(); j++, at++) {
      sumAbs[j] += batchAbs[at];
      sum[j] += batchSum[at];
      sumSquare[j] += batchSquare[at];
      maxAbs[j] = Math.max(maxAbs[j], batchMax[at]);
    }
  }

  /**
   * Adds another's tokens to these.
   *
   * @throws IllegalArgumentException if the channels differ in number
   */
  public void add(ChannelSums other) {
    requireChannels(other.channels());
    tokens += other.tokens;
    for (int j = 0; j < sumAbs.length; j++) {
      sumAbs[j] += other.sumAbs[j];
      sum[j] += other.sum[j];
      sumSquare[j] += other.sumSquare[j];
      maxAbs[j] = Math.max(maxAbs[j], other.maxAbs[j]);
    }
  }

  private void requireChannels(int channels) {
    if (channels != sumAbs.length) {
      throw new IllegalArgumentException(
          Words.format(
              "Sums of %d channels do not merge with sums of %d", sumAbs.length, channels));
    }
  }

  /** T. */
  public long tokens() {
    return tokens;
  }

  /** Number of channels. */
  public int channels() {
    return sumAbs.length;
  }

  /** Σ|x|, a copy like the next three. */
  public double[] sumAbs() {
    return sumAbs.clone();
  }

  /** Σx. */
  public double[] sum() {
    return sum.clone();
  }

  /** Σx². */
  public double[] sumSquare() {
    return sumSquare.clone();
  }

  /** max|x|. */
  public float[] maxAbs() {
    return maxAbs.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ChannelSums that
        && tokens == that.tokens
        && Arrays.equals(sumAbs, that.sumAbs)
        && Arrays.equals(sum, that.sum)
        && Arrays.equals(sumSquare, that.sumSquare)
        && Arrays.equals(maxAbs, that.maxAbs);
  }

  @Override
  public int hashCode() {
    return Long.hashCode(tokens) * 31 + Arrays.hashCode(sumAbs);
  }

  @Override
  public String toString() {
    return Words.format("%d tokens of %d channels", tokens, channels());
  }
}
