package dev.foresight.importance;

import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.model.Role;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Fuses each block's channel statistics with those of the blocks ahead (arXiv 2602.02538).
 *
 * <p>With a_j = Σ|x_j| / T of block l of L, and m = min(w, L-1-l) blocks ahead, the score is {@code
 * γ ν(a^l) + (1-γ) Σ_k β_k ν(a^(l+k))}. Where γ = 1, no block is ahead, or the role is not fused,
 * it is a_j itself, to the bit.
 */
public final class Importance {
  private Importance() {}

  /**
   * Scores under one window for all roles.
   *
   * @param meanAbs a block's mean |x| per role and channel, in the order of the blocks
   * @return scores of the same shape
   * @throws InputException if a statistic is negative or not finite, or if blocks that are to be
   *     fused differ in their roles or channels
   */
  public static List<Map<Role, double[]>> fuse(List<Map<Role, double[]>> meanAbs, Window window) {
    return fuse(
        meanAbs, Stream.of(Role.values()).collect(Collectors.toMap(role -> role, role -> window)));
  }

  /**
   * Scores under a window of its own for each role; a role without one keeps its statistic.
   *
   * @param meanAbs a block's mean |x| per role and channel, in the order of the blocks
   * @return scores of the same shape
   * @throws InputException as {@link #fuse(List, Window)} does
   */
  public static List<Map<Role, double[]>> fuse(
      List<Map<Role, double[]>> meanAbs, Map<Role, Window> windows) {
    List<Map<Role, double[]>> scores = new ArrayList<>();
    for (int block = 0; block < meanAbs.size(); block++) {
      scores.add(new EnumMap<>(Role.class));
    }
    for (Role role : Role.values()) {
      List<double[]> statistics = meanAbs.stream().map(block -> block.get(role)).toList();
      for (int block = 0; block < statistics.size(); block++) {
        check(statistics.get(block), block, role);
      }
      Window window = windows.getOrDefault(role, Window.none());
      for (int block = 0; block < statistics.size(); block++) {
        double[] own = statistics.get(block);
        if (own != null) {
          scores.get(block).put(role, score(statistics, block, role, window));
        }
      }
    }
    return scores;
  }

  /**
   * Scores where each channel's share of its own statistic comes from the data: it falls as shards
   * disagree about the channel ({@link AdaptiveBlend} derives how). The window's blend is not used,
   * and its normalization is the logarithm; without blocks ahead the statistic is kept, to the bit.
   *
   * @param meanAbs a block's mean |x| per role and channel, in the order of the blocks
   * @param spread v of each block, role and channel, of the same shape, from {@link
   *     dev.foresight.sketch.SketchFold#spread}
   * @return scores of the same shape
   * @throws InputException as {@link #fuse(List, Window)} does
   */
  public static List<Map<Role, double[]>> fuseAdaptively(
      List<Map<Role, double[]>> meanAbs, List<Map<Role, double[]>> spread, Window window) {
    List<Map<Role, double[]>> scores = fuse(meanAbs, Window.none());
    for (Role role : window.roles().fused()) {
      List<double[]> statistics = meanAbs.stream().map(block -> block.get(role)).toList();
      for (int block = 0; block < statistics.size(); block++) {
        double[] own = statistics.get(block);
        if (own != null && ahead(statistics, block, window) > 0) {
          double[] future = new double[own.length];
          addFuture(statistics, block, role, window, Normalization.LOG, 1, future);
          scores
              .get(block)
              .put(role, AdaptiveBlend.score(own, future, spread.get(block).get(role)));
        }
      }
    }
    return scores;
  }

  private static double[] score(List<double[]> statistics, int block, Role role, Window window) {
    double[] own = statistics.get(block);
    if (ahead(statistics, block, window) == 0
        || window.blend() == 1
        || !window.roles().fused().contains(role)) {
      return own.clone();
    }
    double[] score = new double[own.length];
    add(window.blend(), own, window.normalization(), score);
    addFuture(statistics, block, role, window, window.normalization(), 1 - window.blend(), score);
    if (window.normalization() == Normalization.LOG) {
      for (int j = 0; j < score.length; j++) {
        score[j] = StrictMath.exp(score[j]);
      }
    }
    return score;
  }

  private static int ahead(List<double[]> statistics, int block, Window window) {
    return Math.min(window.blocks(), statistics.size() - 1 - block);
  }

  /** score += share · Σ_k β_k ν(statistic of block + k). */
  private static void addFuture(
      List<double[]> statistics,
      int block,
      Role role,
      Window window,
      Normalization normalization,
      double share,
      double[] score) {
    double[] beta = window.weights().of(ahead(statistics, block, window));
    for (int k = 1; k <= beta.length; k++) {
      double[] future = statistics.get(block + k);
      if (future == null || future.length != score.length) {
        throw new InputException(
            Words.format("Block %d has %d channels of %s, but block %d has %s: leave the role out of --window-roles.", block,
                    score.length,
                    role.key(),
                    block + k,
                    future == null ? "none" : Integer.toString(future.length)));
      }
      add(share * beta[k - 1], future, normalization, score);
    }
  }

  /** score += weight · ν(statistic); with no weight, a zero's logarithm must not count either. */
  private static void add(
      double weight, double[] statistic, Normalization normalization, double[] score) {
    if (weight == 0) {
      return;
    }
    double mean = normalization == Normalization.MEAN ? mean(statistic) : 1;
    for (int j = 0; j < score.length; j++) {
      double term =
          switch (normalization) {
            case NONE -> statistic[j];
            case MEAN -> mean == 0 ? 0 : statistic[j] / mean;
            case LOG -> StrictMath.log(statistic[j]);
          };
      score[j] += weight * term;
    }
  }

  /** Summed in the order of the channels, so that the bits never depend on anything else. */
  private static double mean(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return sum / values.length;
  }

  private static void check(double[] statistic, int block, Role role) {
    if (statistic == null) {
      return;
    }
    for (int j = 0; j < statistic.length; j++) {
      if (!(statistic[j] >= 0 && statistic[j] < Double.POSITIVE_INFINITY)) {
        throw new InputException(
            Words.format("Block %d has mean |x| %s in channel %d of %s: the sketches are damaged or the model overflows; calibrate again.", block, statistic[j], j, role.key()));
      }
    }
  }
}
