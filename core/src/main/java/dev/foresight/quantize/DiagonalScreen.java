package dev.foresight.quantize;

import dev.foresight.quantize.ScaleCandidates.Candidate;
import dev.foresight.tensor.Matrix;
import java.util.Arrays;
import java.util.List;

/**
 * The diagonal loss of all candidates in one pass over a linear, with no copy of the linear for any
 * of them.
 *
 * <p>A few rows at a time are laid out in {@link Tile}s, so that every loop goes element by element
 * over {@code width} floats and compilers find vectors in it; what is a sum or a minimum over a
 * group becomes one over a few such loops and, at last, 16 lanes. The bits are those of {@link
 * Sums}: lane l of a group sums its channels l, l + 16, …
 *
 * <p>The loops stay as they are for the same reason: HotSpot's compiler finds no vectors in an
 * array read at an offset (a multiply loop ran at 1.8 instead of 12.8 · 10^9 elements a second on
 * JDK 17, at 1.4 instead of 11.0 on 25), nor where rounding, clamping and summing share one loop
 * (0.12 instead of 2.1 and 4.5 for its halves, on JDK 17).
 */
final class DiagonalScreen {
  private final Tile tile;
  private final int group;
  private final GroupFit fit;

  private final float[][] meanSquare;
  private final float[][][] scales;
  private final float[][][] inverses;

  private final float[][] weights;
  private final float[] low;
  private final float[] high;
  private final float[] steps;
  private final float[] levels;
  private final float[] sums;

  /**
   * @param meanSquare E[x_j²], one per input channel
   * @param candidates scales of one value per input channel
   */
  DiagonalScreen(Grid grid, int group, float[] meanSquare, List<Candidate> candidates) {
    this.group = group;
    tile = Tile.of(meanSquare.length, group);
    fit = new GroupFit(grid);
    this.meanSquare = tile.repeated(meanSquare, 0);
    scales = new float[candidates.size()][][];
    inverses = new float[candidates.size()][][];
    for (int c = 0; c < scales.length; c++) {
      float[] scale = candidates.get(c).scale();
      scales[c] = tile.repeated(scale, 1);
      inverses[c] = tile.repeated(Differences.inverse(scale), 1);
    }
    weights = tile.empty();
    low = new float[tile.width()];
    high = new float[tile.width()];
    steps = new float[tile.width()];
    levels = new float[tile.width()];
    sums = new float[tile.width()];
  }

  /**
   * Σ_ij E[x_j²] (Q(W s)/s - W)_ij² of each candidate.
   *
   * @param linear [out, in]
   */
  double[] losses(Matrix linear) {
    double[] losses = new double[scales.length];
    for (int start = 0; start < linear.values().length; start += tile.size()) {
      int length = Math.min(tile.size(), linear.values().length - start);
      tile.lay(linear.values(), start, length, weights);
      for (int c = 0; c < losses.length; c++) {
        fitGroups(scales[c]);
        accumulate(scales[c], inverses[c]);
        for (int g = 0; g < length / group; g++) {
          losses[c] += sums[g];
        }
      }
    }
    return losses;
  }

  /** Leaves each group's step and range of levels in all its lanes. */
  private void fitGroups(float[][] scale) {
    Arrays.fill(low, 0);
    Arrays.fill(high, 0);
    for (int chunk = 0; chunk < weights.length; chunk++) {
      widen(weights[chunk], scale[chunk], low, high);
    }
    for (int half = low.length / 2; half >= tile.groups(); half /= 2) {
      System.arraycopy(low, half, levels, 0, half);
      least(low, levels, half);
      System.arraycopy(high, half, levels, 0, half);
      largest(high, levels, half);
    }
    for (int g = 0; g < tile.groups(); g++) {
      fit.fit(low[g], high[g]);
      steps[g] = fit.step;
      low[g] = fit.lowest;
      high[g] = fit.highest;
    }
    for (int filled = tile.groups(); filled < low.length; filled *= 2) {
      System.arraycopy(steps, 0, steps, filled, filled);
      System.arraycopy(low, 0, low, filled, filled);
      System.arraycopy(high, 0, high, filled, filled);
    }
  }

  /** Leaves each group's error in its first lane, by the tree of {@link Sums#tree}. */
  private void accumulate(float[][] scale, float[][] inverse) {
    Arrays.fill(sums, 0);
    for (int chunk = 0; chunk < weights.length; chunk++) {
      level(weights[chunk], scale[chunk], steps, low, high, levels);
      addErrors(weights[chunk], inverse[chunk], meanSquare[chunk], steps, levels, sums);
    }
    for (int half = sums.length / 2; half >= tile.groups(); half /= 2) {
      System.arraycopy(sums, half, levels, 0, half);
      add(sums, levels, half);
    }
  }

  private static void widen(float[] weights, float[] scale, float[] low, float[] high) {
    for (int i = 0; i < low.length; i++) {
      low[i] = Math.min(low[i], weights[i] * scale[i]);
      high[i] = Math.max(high[i], weights[i] * scale[i]);
    }
  }

  private static void least(float[] values, float[] others, int length) {
    for (int i = 0; i < length; i++) {
      values[i] = Math.min(values[i], others[i]);
    }
  }

  private static void largest(float[] values, float[] others, int length) {
    for (int i = 0; i < length; i++) {
      values[i] = Math.max(values[i], others[i]);
    }
  }

  private static void add(float[] values, float[] others, int length) {
    for (int i = 0; i < length; i++) {
      values[i] += others[i];
    }
  }

  /** {@link GroupFit#level}. */
  private static void level(
      float[] weights,
      float[] scale,
      float[] steps,
      float[] lowest,
      float[] highest,
      float[] levels) {
    for (int i = 0; i < levels.length; i++) {
      float nearest = weights[i] * scale[i] / steps[i] + GroupFit.TO_INTEGER - GroupFit.TO_INTEGER;
      levels[i] = Math.max(lowest[i], Math.min(highest[i], nearest));
    }
  }

  private static void addErrors(
      float[] weights,
      float[] inverse,
      float[] meanSquare,
      float[] steps,
      float[] levels,
      float[] sums) {
    for (int i = 0; i < sums.length; i++) {
      float difference = Math.fma(levels[i] * steps[i], inverse[i], -weights[i]);
      sums[i] = Math.fma(difference * difference, meanSquare[i], sums[i]);
    }
  }
}
