package dev.foresight.sketch;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

/**
 * How far shards disagree about the channels of one (block, role).
 *
 * <p>With y_sj = log a_sj - mean over the channels of log a_s, the level-free logarithm of shard
 * s's mean |x|, and p_s its share of the tokens (w_s T_s over their sum), the pooled statistic is
 * about ȳ_j = Σ p_s y_sj, and if shards are a sample of the text the model will meet, its variance
 * is estimated by v_j = n/(n-1) Σ p_s² (y_sj - ȳ_j)²: the squared standard error of a mean over n
 * clusters of unequal size (Cochran, Sampling Techniques, 1977, 9.A). Over many shards it falls as
 * 1/n.
 */
final class ShardSpread {
  private ShardSpread() {}

  /**
   * v_j of each channel, NaN where a shard has never seen the channel active.
   *
   * @return nothing if fewer than two shards count: one shard says nothing about others
   */
  static Optional<double[]> of(SortedMap<String, ChannelSums> shards, Map<String, Double> weights) {
    List<double[]> logs = new ArrayList<>();
    List<Double> masses = new ArrayList<>();
    double total = 0;
    for (Map.Entry<String, ChannelSums> shard : shards.entrySet()) {
      double mass = weights.getOrDefault(shard.getKey(), 1.0) * shard.getValue().tokens();
      if (mass > 0) {
        logs.add(levelFreeLogs(shard.getValue()));
        masses.add(mass);
        total += mass;
      }
    }
    int count = logs.size();
    if (count < 2) {
      return Optional.empty();
    }
    double[] variance = new double[logs.get(0).length];
    for (int j = 0; j < variance.length; j++) {
      double mean = 0;
      for (int s = 0; s < count; s++) {
        mean += masses.get(s) / total * logs.get(s)[j];
      }
      double sum = 0;
      for (int s = 0; s < count; s++) {
        double deviation = masses.get(s) / total * (logs.get(s)[j] - mean);
        sum += deviation * deviation;
      }
      variance[j] = sum * count / (count - 1);
    }
    return Optional.of(variance);
  }

  /** A channel that is never active has no logarithm: NaN, and it does not count in the level. */
  private static double[] levelFreeLogs(ChannelSums sums) {
    double[] logs = sums.sumAbs();
    double level = 0;
    int active = 0;
    for (int j = 0; j < logs.length; j++) {
      logs[j] = logs[j] > 0 ? StrictMath.log(logs[j] / sums.tokens()) : Double.NaN;
      if (!Double.isNaN(logs[j])) {
        level += logs[j];
        active++;
      }
    }
    for (int j = 0; j < logs.length; j++) {
      logs[j] -= level / active;
    }
    return logs;
  }
}
