package dev.foresight.quantize;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The scales that the search tries for a role: s ≡ 1, and s = max(ã^α, 1e-4), or with the weight
 * term max(ã^α / (w̄^(1-α) + 1e-4), 1e-4), divided by sqrt(max s · min s).
 *
 * <p>A channel of which nothing was ever seen (ã = 0) keeps scale 1 and takes no part in the
 * normalisation: the floor would make it 10^4 times smaller than its neighbours and lose its
 * weights for text that does use it.
 */
final class ScaleCandidates {
  private static final double FLOOR = 1e-4;

  private ScaleCandidates() {}

  /**
   * One candidate.
   *
   * @param alpha its exponent; 0 is s ≡ 1
   * @param scale one value per importance
   */
  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  record Candidate(double alpha, float[] scale) {
    /** s ≡ 1. */
    static Candidate identity(int length) {
      float[] ones = new float[length];
      Arrays.fill(ones, 1);
      return new Candidate(0, ones);
    }
  }

  /**
   * @param importance ã, one value per scale
   * @param weightMean w̄, likewise, or null without the weight term
   * @param count how many candidates, s ≡ 1 first, then by rising α
   */
  static List<Candidate> of(double[] importance, double[] weightMean, int count) {
    List<Candidate> candidates = new ArrayList<>();
    candidates.add(Candidate.identity(importance.length));
    for (int k = 1; k < count; k++) {
      double alpha = (double) k / count;
      candidates.add(new Candidate(alpha, scale(importance, weightMean, alpha)));
    }
    return candidates;
  }

  private static float[] scale(double[] importance, double[] weightMean, double alpha) {
    double[] raw = new double[importance.length];
    double least = Double.POSITIVE_INFINITY;
    double largest = 0;
    for (int j = 0; j < raw.length; j++) {
      if (importance[j] == 0) {
        continue;
      }
      double power = StrictMath.pow(importance[j], alpha);
      if (weightMean != null) {
        power /= StrictMath.pow(weightMean[j], 1 - alpha) + FLOOR;
      }
      raw[j] = Double.isFinite(power) ? Math.max(power, FLOOR) : 1;
      least = Math.min(least, raw[j]);
      largest = Math.max(largest, raw[j]);
    }
    double middle = Math.sqrt(largest * least);
    float[] scale = new float[raw.length];
    for (int j = 0; j < raw.length; j++) {
      scale[j] = importance[j] == 0 ? 1 : (float) (raw[j] / middle);
    }
    return scale;
  }
}
