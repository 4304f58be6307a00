package dev.foresight.quantize;

import dev.foresight.quantize.ScaleCandidates.Candidate;
import dev.foresight.tensor.Matrix;
import java.util.Arrays;
import java.util.List;

/**
 * The diagonal loss of all candidates in one pass over a linear: scale, round and accumulate group
 * by group, with nothing stored per weight.
 */
final class DiagonalScreen {
  private final int group;
  private final GroupFit fit;
  private final float[] meanSquare;
  private final float[] scaled;
  private final float[] lanes = new float[Sums.LANES];

  /**
   * @param meanSquare E[x_j²], one per input channel
   */
  DiagonalScreen(Grid grid, int group, float[] meanSquare) {
    this.group = group;
    this.meanSquare = meanSquare;
    fit = new GroupFit(grid);
    scaled = new float[group];
  }

  /**
   * Σ_ij E[x_j²] (Q(W s)/s - W)_ij² of each candidate.
   *
   * @param weights [out, in]
   * @param candidates scales of one value per input channel
   */
  double[] losses(Matrix weights, List<Candidate> candidates) {
    double[] losses = new double[candidates.size()];
    for (int c = 0; c < losses.length; c++) {
      float[] scale = candidates.get(c).scale();
      float[] inverse = inverse(scale);
      for (int start = 0; start < weights.values().length; start += group) {
        int column = start % weights.columns();
        losses[c] += ofGroup(weights.values(), start, scale, inverse, column);
      }
    }
    return losses;
  }

  private float ofGroup(float[] values, int start, float[] scale, float[] inverse, int column) {
    float low = 0;
    float high = 0;
    for (int j = 0; j < group; j++) {
      float weight = values[start + j] * scale[column + j];
      scaled[j] = weight;
      low = Math.min(low, weight);
      high = Math.max(high, weight);
    }
    fit.fit(low, high);
    Arrays.fill(lanes, 0);
    for (int j = 0; j < group; j++) {
      float rounded = fit.level(scaled[j]) * fit.step;
      float difference = Math.fma(rounded, inverse[column + j], -values[start + j]);
      int lane = j & Sums.LANES - 1;
      lanes[lane] = Math.fma(difference * difference, meanSquare[column + j], lanes[lane]);
    }
    return Sums.tree(lanes, 0);
  }

  /** 1 / s. */
  static float[] inverse(float[] scale) {
    float[] inverse = new float[scale.length];
    for (int j = 0; j < inverse.length; j++) {
      inverse[j] = 1 / scale[j];
    }
    return inverse;
  }
}
