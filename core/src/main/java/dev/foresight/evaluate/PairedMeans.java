package dev.foresight.evaluate;

import dev.foresight.Words;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Two models on the same windows: how far their means are apart, and how sure that is. Windows are
 * drawn with replacement, each with both its values, so what makes a window hard for both cancels
 * (Efron and Tibshirani, An Introduction to the Bootstrap, chapter 13: percentile interval).
 *
 * @param a mean of the first
 * @param b mean of the second
 * @param difference b − a
 * @param standardError standard deviation of the resampled differences
 * @param low 2.5 % of the resampled differences lie below
 * @param high 2.5 % of them lie above
 */
public record PairedMeans(
    double a, double b, double difference, double standardError, double low, double high) {

  /**
   * @param a values of the first model, one a window
   * @param b those of the second, in the same order
   * @param resamples at least 100
   * @param seed the same one gives the same interval
   */
  public static PairedMeans of(double[] a, double[] b, int resamples, long seed) {
    if (a.length != b.length || a.length == 0 || resamples < 100) {
      throw new IllegalArgumentException(
          Words.format("%d and %d windows can't be paired in %d resamples", a.length, b.length, resamples));
    }
    double[] differences = new double[a.length];
    Arrays.setAll(differences, i -> b[i] - a[i]);
    SplittableRandom random = new SplittableRandom(seed);
    double[] means = new double[resamples];
    for (int r = 0; r < resamples; r++) {
      double sum = 0;
      for (int i = 0; i < differences.length; i++) {
        sum += differences[random.nextInt(differences.length)];
      }
      means[r] = sum / differences.length;
    }
    Arrays.sort(means);
    double center = mean(means);
    double squares = 0;
    for (double value : means) {
      squares += (value - center) * (value - center);
    }
    return new PairedMeans(
        mean(a),
        mean(b),
        mean(differences),
        Math.sqrt(squares / (resamples - 1)),
        quantile(means, 0.025),
        quantile(means, 0.975));
  }

  /** Whether the interval leaves out 0. */
  public boolean clear() {
    return low > 0 || high < 0;
  }

  private static double quantile(double[] sorted, double share) {
    double at = share * (sorted.length - 1);
    int below = (int) at;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
  }

  private static double mean(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return sum / values.length;
  }
}
