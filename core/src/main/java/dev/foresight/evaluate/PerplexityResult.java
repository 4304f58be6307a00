package dev.foresight.evaluate;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * What all windows say together. Sums are in double; the windows' means are kept for paired
 * statistics.
 *
 * @param windows how many
 * @param positions predicted tokens
 * @param perplexity exp of the mean loss
 * @param windowLoss mean loss of each window, in nats
 * @param comparison against the reference, if there is one
 */
@SuppressWarnings("ArrayRecordComponent") // read into reports, never compared
public record PerplexityResult(
    int windows,
    long positions,
    double perplexity,
    double[] windowLoss,
    Optional<Comparison> comparison) {

  /**
   * A model beside its reference, over the same positions.
   *
   * @param referencePerplexity exp of the reference's mean loss
   * @param meanDivergence mean over positions of Σ p log(p/q), p the reference, in nats
   * @param medianDivergence half of the positions have at most this
   * @param p99Divergence 99 of 100 positions have at most this
   * @param topAgreement share of positions at which both find the same token most likely, 0 to 1
   * @param windowReferenceLoss mean loss of the reference in each window
   * @param windowDivergence mean divergence of each window
   */
  @SuppressWarnings("ArrayRecordComponent") // as above
  public record Comparison(
      double referencePerplexity,
      double meanDivergence,
      double medianDivergence,
      double p99Divergence,
      double topAgreement,
      double[] windowReferenceLoss,
      double[] windowDivergence) {}

  /**
   * Adds windows up, in the given order.
   *
   * @param scores at least one window; either all or none have a reference
   */
  public static PerplexityResult of(List<WindowScores> scores) {
    boolean compared = scores.get(0).compared();
    if (scores.stream().anyMatch(window -> window.compared() != compared)) {
      throw new IllegalArgumentException("Only some of the windows have a reference");
    }
    long positions = scores.stream().mapToLong(window -> window.loss().length).sum();
    return new PerplexityResult(
        scores.size(),
        positions,
        Math.exp(sum(scores, WindowScores::loss) / positions),
        means(scores, WindowScores::loss),
        compared ? Optional.of(compare(scores, positions)) : Optional.empty());
  }

  private static Comparison compare(List<WindowScores> scores, long positions) {
    float[] divergences = new float[Math.toIntExact(positions)];
    int filled = 0;
    long agreements = 0;
    for (WindowScores window : scores) {
      System.arraycopy(window.divergence(), 0, divergences, filled, window.divergence().length);
      filled += window.divergence().length;
      agreements += window.agreements();
    }
    Arrays.sort(divergences);
    return new Comparison(
        Math.exp(sum(scores, WindowScores::referenceLoss) / positions),
        sum(scores, WindowScores::divergence) / positions,
        quantile(divergences, 0.5),
        quantile(divergences, 0.99),
        (double) agreements / positions,
        means(scores, WindowScores::referenceLoss),
        means(scores, WindowScores::divergence));
  }

  /** The quantile between the two nearest values, by distance: numpy's default. */
  private static double quantile(float[] sorted, double share) {
    double at = share * (sorted.length - 1);
    int below = (int) at;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (at - below) * ((double) sorted[above] - sorted[below]);
  }

  private static double sum(List<WindowScores> scores, Function<WindowScores, float[]> what) {
    return scores.stream().map(what).mapToDouble(PerplexityResult::sum).sum();
  }

  private static double[] means(List<WindowScores> scores, Function<WindowScores, float[]> what) {
    return scores.stream().map(what).mapToDouble(values -> sum(values) / values.length).toArray();
  }

  private static double sum(float[] values) {
    double sum = 0;
    for (float value : values) {
      sum += value;
    }
    return sum;
  }
}
