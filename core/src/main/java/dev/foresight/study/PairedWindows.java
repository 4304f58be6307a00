package dev.foresight.study;

import dev.foresight.Words;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/**
 * One measure of every variant on every window, and confidence intervals of any statistic of their
 * means: a percentile bootstrap (Efron and Tibshirani, An Introduction to the Bootstrap, 1993,
 * chapter 13), paired and stratified. A resample draws as many windows of each domain as there are,
 * with replacement, the same for all variants, so that what windows have in common cancels in
 * differences.
 *
 * <p>The intervals say how far another choice of evaluation windows would move a number; they know
 * nothing of another choice of calibration text.
 */
public final class PairedWindows {
  /** Resamples behind an interval. */
  public static final int RESAMPLES = 2000;

  /** Share of the resamples that lie inside an interval. */
  public static final double CONFIDENCE = 0.95;

  private final Map<Variant, Map<String, double[]>> windows;
  private final Map<String, int[][]> draws = new TreeMap<>();
  private final Map<Variant, Map<String, double[]>> resampled = new HashMap<>();

  /**
   * @param windows per variant and domain what was measured on each window; all variants have the
   *     same windows of a domain, at least one
   * @param seed of the resamples; those of a domain depend on nothing else but its name and size
   */
  public PairedWindows(Map<Variant, Map<String, double[]>> windows, long seed) {
    this.windows = Map.copyOf(windows);
    windows.forEach(
        (variant, domains) ->
            domains.forEach(
                (domain, values) -> {
                  int[][] drawn =
                      draws.computeIfAbsent(domain, name -> draw(name, values.length, seed));
                  if (values.length == 0 || drawn[0].length != values.length) {
                    throw new IllegalArgumentException(
                        Words.format("%s has %d windows of %s, others have %d", variant, values.length, domain, drawn[0].length));
                  }
                }));
  }

  private static int[][] draw(String domain, int count, long seed) {
    SplittableRandom random = new SplittableRandom(seed ^ ((long) domain.hashCode() << 32));
    int[][] draws = new int[RESAMPLES][];
    for (int b = 0; b < RESAMPLES; b++) {
      draws[b] = random.ints(count, 0, count).toArray();
    }
    return draws;
  }

  /** The statistic of the windows as they are. */
  public double of(ToDoubleFunction<Sample> statistic) {
    return statistic.applyAsDouble(
        (variant, domain) -> Arrays.stream(values(variant, domain)).average().orElseThrow());
  }

  /** The same with its interval. */
  public Interval interval(ToDoubleFunction<Sample> statistic) {
    double[] replicates = new double[RESAMPLES];
    for (int b = 0; b < RESAMPLES; b++) {
      int resample = b;
      replicates[b] =
          statistic.applyAsDouble((variant, domain) -> means(variant, domain)[resample]);
    }
    Arrays.sort(replicates);
    double tail = (1 - CONFIDENCE) / 2;
    return new Interval(of(statistic), quantile(replicates, tail), quantile(replicates, 1 - tail));
  }

  private double[] values(Variant variant, String domain) {
    Map<String, double[]> domains = windows.get(variant);
    if (domains == null || !domains.containsKey(domain)) {
      throw new IllegalArgumentException(Words.format("%s was not judged on %s", variant, domain));
    }
    return domains.get(domain);
  }

  /** Mean of every resample. */
  private double[] means(Variant variant, String domain) {
    return resampled
        .computeIfAbsent(variant, v -> new HashMap<>())
        .computeIfAbsent(
            domain,
            d -> {
              double[] values = values(variant, domain);
              double[] means = new double[RESAMPLES];
              for (int b = 0; b < RESAMPLES; b++) {
                double sum = 0;
                for (int window : draws.get(domain)[b]) {
                  sum += values[window];
                }
                means[b] = sum / values.length;
              }
              return means;
            });
  }

  /** Between the two nearest values, by distance: numpy's default. */
  private static double quantile(double[] sorted, double share) {
    double at = share * (sorted.length - 1);
    int below = (int) at;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
  }
}
