package dev.foresight.quantize;

import dev.foresight.quantize.ScaleCandidates.Candidate;
import dev.foresight.quantize.fold.Fold;
import dev.foresight.quantize.fold.LinearFold;
import dev.foresight.quantize.fold.NormFold;
import java.util.HashMap;
import java.util.Map;

/**
 * Moves the inverse of the roles' scales into their producers. Norms and biases are rounded to the
 * stored type here, so what consumers are multiplied by is the effective scale that the stored norm
 * really leaves, not the one that was asked for.
 *
 * <p>A linear that produces a role is divided row by row and rounded once, to its grid or to the
 * stored type, like any weight: there is no single number to compensate, so the scale is taken as
 * exact there.
 */
final class Folding {
  private final BlockWeights weights;
  private final Map<String, float[]> vectors = new HashMap<>();
  private final Map<String, float[]> rowScales = new HashMap<>();

  Folding(BlockWeights weights) {
    this.weights = weights;
    weights.vectors().forEach((tensor, values) -> vectors.put(tensor, values.clone()));
  }

  /**
   * Folds the scale of one role.
   *
   * @param scale one value per channel of a norm, or per row of a linear
   * @return the effective scale, one value per channel of the role
   */
  float[] fold(Fold fold, float[] scale) {
    if (fold instanceof NormFold norm) {
      return foldNorm(norm, scale);
    }
    return fold instanceof LinearFold linear ? foldLinear(linear, scale) : scale;
  }

  /** Where the stored norm is 0 or does not fit its type, nothing is divided: scale 1. */
  private float[] foldNorm(NormFold norm, float[] scale) {
    float[] weight = weights.vector(norm.weight());
    float[] folded = vectors.get(norm.weight());
    float[] bias = vectors.get(norm.bias());
    float[] effective = new float[scale.length];
    for (int j = 0; j < scale.length; j++) {
      float whole = norm.offset() + weight[j];
      float divided = weights.type(norm.weight()).round(whole / scale[j] - norm.offset());
      float ratio = whole / (norm.offset() + divided);
      boolean usable = ratio > 0 && ratio < Float.POSITIVE_INFINITY;
      effective[j] = usable ? ratio : 1;
      folded[j] = usable ? divided : weight[j];
      if (bias != null) {
        bias[j] /= effective[j];
      }
    }
    return effective;
  }

  /** Where a divided bias does not fit its type, nothing is divided: scale 1. */
  private float[] foldLinear(LinearFold linear, float[] scale) {
    float[] usable = scale.clone();
    float[] bias = vectors.get(linear.bias());
    if (bias != null) {
      for (int i = 0; i < usable.length; i++) {
        int row = linear.firstRow() + i;
        if (!Float.isFinite(weights.type(linear.bias()).round(bias[row] / usable[i]))) {
          usable[i] = 1;
        }
        bias[row] /= usable[i];
      }
    }
    float[] rows = Candidate.identity(weights.linear(linear.linear()).rows()).scale();
    System.arraycopy(usable, 0, rows, linear.firstRow(), usable.length);
    rowScales.put(linear.linear(), rows);
    return linear.spread(usable);
  }

  /** What a linear's rows are divided by; all 1 where it produces no scaled role. */
  float[] rows(String linear) {
    return rowScales.getOrDefault(
        linear, Candidate.identity(weights.linear(linear).rows()).scale());
  }

  /** All vectors, folded and rounded to the stored type. */
  Map<String, float[]> vectors() {
    vectors.forEach(weights::store);
    return vectors;
  }
}
