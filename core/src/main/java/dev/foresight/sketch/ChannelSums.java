package dev.foresight.sketch;

import dev.foresight.Words;
import java.util.Arrays;

/**
 * What some tokens taught about each channel of one role's input: T, Σ|x|, Σx, Σx² and max|x|.
 *
 * <p>Sums are in double and merging adds them, so it is exact up to rounding and commutative to the
 * bit, but not associative: {@link SketchFold} fixes the order. No tokens is the neutral element.
 * NaN and infinities are kept, so that they are seen.
 */
public final class ChannelSums {
  private final double[] absolute;
  private final double[] plain;
  private final double[] square;
  private final float[] maximum;
  private long tokens;

  /** No tokens yet. */
  public ChannelSums(int channels) {
    this(0, new double[channels], new double[channels], new double[channels], new float[channels]);
  }

  /** Sums as a store holds them; the arrays are copied. */
  public ChannelSums(
      long tokens, double[] absolute, double[] plain, double[] square, float[] maximum) {
    if (plain.length != absolute.length
        || square.length != absolute.length
        || maximum.length != absolute.length) {
      throw new IllegalArgumentException("Sums of one role have one length");
    }
    this.tokens = tokens;
    this.absolute = absolute.clone();
    this.plain = plain.clone();
    this.square = square.clone();
    this.maximum = maximum.clone();
  }

  /**
   * Adds what a graph computed over a batch.
   *
   * @param count tokens summed over
   * @param sumAbs Σ|x|, one a channel, like the next three
   * @param sum Σx
   * @param sumSquare Σx²
   * @param maxAbs max|x|
   */
  public void add(long count, float[] sumAbs, float[] sum, float[] sumSquare, float[] maxAbs) {
    requireChannels(sumAbs.length);
    tokens += count;
    for (int j = 0; j < absolute.length; j++) {
      absolute[j] += sumAbs[j];
      plain[j] += sum[j];
      square[j] += sumSquare[j];
      maximum[j] = Math.max(maximum[j], maxAbs[j]);
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
    for (int j = 0; j < absolute.length; j++) {
      absolute[j] += other.absolute[j];
      plain[j] += other.plain[j];
      square[j] += other.square[j];
      maximum[j] = Math.max(maximum[j], other.maximum[j]);
    }
  }

  private void requireChannels(int channels) {
    if (channels != absolute.length) {
      throw new IllegalArgumentException(
          Words.format("Sums of %d channels do not merge with sums of %d", absolute.length, channels));
    }
  }

  /** T. */
  public long tokens() {
    return tokens;
  }

  /** Number of channels. */
  public int channels() {
    return absolute.length;
  }

  /** Σ|x|, a copy like the next three. */
  public double[] sumAbs() {
    return absolute.clone();
  }

  /** Σx. */
  public double[] sum() {
    return plain.clone();
  }

  /** Σx². */
  public double[] sumSquare() {
    return square.clone();
  }

  /** max|x|. */
  public float[] maxAbs() {
    return maximum.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ChannelSums that
        && tokens == that.tokens
        && Arrays.equals(absolute, that.absolute)
        && Arrays.equals(plain, that.plain)
        && Arrays.equals(square, that.square)
        && Arrays.equals(maximum, that.maximum);
  }

  @Override
  public int hashCode() {
    return Long.hashCode(tokens) * 31 + Arrays.hashCode(absolute);
  }

  @Override
  public String toString() {
    return Words.format("%d tokens of %d channels", tokens, channels());
  }
}
