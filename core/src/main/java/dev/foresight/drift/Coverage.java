package dev.foresight.drift;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Whether one (block, role) was seen well enough to trust its statistics.
 *
 * @param tokens seen
 * @param channels of the role
 * @param neverActive channels that were 0 for every token
 * @param outliers channels whose mean |x| is at least {@value #OUTLIER} times the median channel's,
 *     the largest first
 */
public record Coverage(
    double tokens, int channels, List<Integer> neverActive, List<Outlier> outliers) {
  /** From how many times the median on a channel is an outlier. */
  public static final int OUTLIER = 10;

  /** Below so many tokens a channel the statistics are thin: a rule of thumb, not a law. */
  public static final int THIN = 10;

  /**
   * A channel that dwarfs the others.
   *
   * @param meanAbs its mean |x|
   * @param timesMedian that as a multiple of the median channel's
   */
  public record Outlier(int channel, double meanAbs, double timesMedian) {}

  /**
   * @param tokens T
   * @param meanAbs mean |x| of each channel
   * @param maxAbs max|x| of each channel
   */
  public static Coverage of(double tokens, double[] meanAbs, float[] maxAbs) {
    double median = median(meanAbs);
    List<Outlier> outliers =
        IntStream.range(0, meanAbs.length)
            .filter(j -> median > 0 && meanAbs[j] >= OUTLIER * median)
            .mapToObj(j -> new Outlier(j, meanAbs[j], meanAbs[j] / median))
            .sorted(Comparator.comparingDouble((Outlier o) -> -o.meanAbs()))
            .toList();
    List<Integer> never =
        IntStream.range(0, maxAbs.length).filter(j -> maxAbs[j] == 0).boxed().toList();
    return new Coverage(tokens, meanAbs.length, never, outliers);
  }

  /** The middle value; of an even number the mean of the two in the middle. */
  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int half = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
  }

  /** Tokens for each channel. */
  public double tokensPerChannel() {
    return tokens / channels;
  }

  /** Whether a channel's mean rests on few tokens. */
  public boolean isThin() {
    return tokensPerChannel() < THIN;
  }
}
