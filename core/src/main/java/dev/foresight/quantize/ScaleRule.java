package dev.foresight.quantize;

import dev.foresight.quantize.ScaleCandidates.Candidate;
import dev.foresight.quantize.fold.Fold;
import dev.foresight.quantize.fold.LinearFold;
import dev.foresight.quantize.fold.NoFold;
import dev.foresight.quantize.plan.SearchSettings;
import dev.foresight.tensor.Matrix;
import java.util.List;

/** Which scales of a role are compared; s ≡ 1 is always the first of them. */
@FunctionalInterface
interface ScaleRule {
  /**
   * @param fold what absorbs the scale
   * @param importance ã of the role's channels
   * @param linears float weights that read the role
   * @param group input channels that share a step
   * @return one value per row of a linear that absorbs the scale, else per channel
   */
  List<Candidate> candidates(Fold fold, double[] importance, List<Matrix> linears, int group);

  /** The rule that settings ask for. */
  static ScaleRule of(SearchSettings settings) {
    return settings.scale() ? powers(settings) : ScaleRule::unit;
  }

  /** s ≡ 1 and nothing else. */
  private static List<Candidate> unit(
      Fold fold, double[] importance, List<Matrix> linears, int group) {
    return List.of(Candidate.identity(importance.length));
  }

  /** Powers of the importance, as AWQ (arXiv 2306.00978) tries them. */
  private static ScaleRule powers(SearchSettings settings) {
    return (fold, importance, linears, group) -> {
      if (fold instanceof NoFold) {
        return unit(fold, importance, linears, group);
      }
      double[] scores = importance;
      double[] weightMean = settings.weightTerm() ? WeightMagnitudes.mean(linears, group) : null;
      if (fold instanceof LinearFold linear) {
        scores = linear.average(scores);
        weightMean = weightMean == null ? null : linear.average(weightMean);
      }
      return ScaleCandidates.of(scores, weightMean, settings.candidates());
    };
  }
}
