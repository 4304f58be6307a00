package dev.foresight.importance;

/**
 * Chooses γ for each channel from the data: where shards disagree about a channel, the window
 * counts more. An empirical-Bayes shrinkage, as James and Stein (1961) and Efron and Morris (1975)
 * shrink many noisy means towards a common guess, here with an error variance of its own for each.
 *
 * <p>Model, in logarithms without the common level, for channel j of one (block, role): the truth
 * is θ_j; the block's own statistic y_j = log a_j is θ_j plus an error of variance v_j, which the
 * disagreement of the shards estimates; the future says f_j = Σ_k β_k log a_j^(l+k), and θ_j is f_j
 * plus a difference of variance σ², the same for all channels, because that is how far neighbouring
 * blocks differ. Then E[θ_j | y_j, f_j] = γ_j y_j + (1-γ_j) f_j with γ_j = σ² / (σ² + v_j). Since
 * E[(y_j - f_j)²] = σ² + v_j, the moments give σ² = max(0, mean_j((y_j - f_j)² - v_j)).
 *
 * <p>Limits: shards that agree (v = 0) leave a_j as it is, to the bit, which is AWQ's statistic; if
 * all that separates y from f is noise, σ² = 0 and the window alone counts. The error of f is left
 * out: it is the same text's, so its shards disagree with y's rather less than independently.
 */
final class AdaptiveBlend {
  private AdaptiveBlend() {}

  /**
   * The fused score of each channel.
   *
   * @param own a_j of the block, not negative
   * @param future Σ_k β_k log a_j of the blocks ahead; minus infinity where one is zero
   * @param variance v_j; a channel without one (NaN) keeps its own statistic
   */
  static double[] score(double[] own, double[] future, double[] variance) {
    int channels = own.length;
    double[] difference = new double[channels];
    double level = 0;
    int known = 0;
    for (int j = 0; j < channels; j++) {
      difference[j] = StrictMath.log(own[j]) - future[j];
      if (usable(difference[j], variance[j])) {
        level += difference[j];
        known++;
      }
    }
    double excess = 0;
    for (int j = 0; j < channels; j++) {
      if (usable(difference[j], variance[j])) {
        difference[j] -= level / known;
        excess += difference[j] * difference[j] - variance[j];
      }
    }
    double between = known == 0 ? 0 : Math.max(0, excess / known);
    double[] score = own.clone();
    for (int j = 0; j < channels; j++) {
      if (usable(difference[j], variance[j]) && variance[j] > 0) {
        double blend = between / (between + variance[j]);
        score[j] = own[j] * StrictMath.exp((blend - 1) * difference[j]);
      }
    }
    return score;
  }

  private static boolean usable(double difference, double variance) {
    return Double.isFinite(difference) && Double.isFinite(variance);
  }
}
