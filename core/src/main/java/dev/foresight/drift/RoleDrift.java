package dev.foresight.drift;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * How far apart two calibrations are in one (block, role). All four numbers are symmetric in the
 * two, and 0 (the overlap: 1) where they are equal.
 *
 * @param difference Σ|a − b| / Σ(a + b)/2 over the channels' mean |x|; 2 where no channel is active
 *     in both
 * @param topOverlap share of the top 1 % channels (at least one) of the first that are top channels
 *     of the second
 * @param topRankChange mean |rank in a − rank in b| over the top channels of either, as a share of
 *     all channels
 * @param importance mean |log r_j − mean log r| of the ratio r of the two importances, over the
 *     channels where both are positive: only what channels weigh against each other decides scales;
 *     0.1 means that a channel typically gains or loses 10 %
 */
public record RoleDrift(
    double difference, double topOverlap, double topRankChange, double importance) {
  private static final int TOP_SHARE = 100; // one in so many channels is a top channel

  /**
   * @param a mean |x| of each channel
   * @param b the same of the other
   * @param importanceA fused scores of the first, from {@link dev.foresight.importance.Importance}
   * @param importanceB of the other
   */
  public static RoleDrift of(double[] a, double[] b, double[] importanceA, double[] importanceB) {
    if (a.length != b.length
        || a.length != importanceA.length
        || a.length != importanceB.length
        || a.length == 0) {
      throw new IllegalArgumentException("Both calibrations of a role have the same channels");
    }
    int top = (a.length + TOP_SHARE - 1) / TOP_SHARE;
    List<Integer> orderA = descending(a);
    List<Integer> orderB = descending(b);
    TreeSet<Integer> topA = new TreeSet<>(orderA.subList(0, top));
    TreeSet<Integer> topB = new TreeSet<>(orderB.subList(0, top));
    TreeSet<Integer> either = new TreeSet<>(topA);
    either.addAll(topB);
    double moved = 0;
    for (int channel : either) {
      moved += Math.abs(orderA.indexOf(channel) - orderB.indexOf(channel));
    }
    topA.retainAll(topB);
    return new RoleDrift(
        difference(a, b),
        (double) topA.size() / top,
        moved / either.size() / a.length,
        spread(importanceA, importanceB));
  }

  private static double difference(double[] a, double[] b) {
    double apart = 0;
    double mean = 0;
    for (int j = 0; j < a.length; j++) {
      apart += Math.abs(a[j] - b[j]);
      mean += (a[j] + b[j]) / 2;
    }
    return mean == 0 ? 0 : apart / mean;
  }

  /** Channels by value, the largest first; of equal ones the first channel. */
  private static List<Integer> descending(double[] values) {
    List<Integer> order = new ArrayList<>(IntStream.range(0, values.length).boxed().toList());
    order.sort(Comparator.comparingDouble((Integer j) -> -values[j]));
    return order;
  }

  private static double spread(double[] a, double[] b) {
    double[] logs =
        IntStream.range(0, a.length)
            .filter(j -> a[j] > 0 && b[j] > 0)
            .mapToDouble(j -> StrictMath.log(a[j] / b[j]))
            .toArray();
    if (logs.length == 0) {
      return 0;
    }
    double mean = sum(logs) / logs.length;
    for (int j = 0; j < logs.length; j++) {
      logs[j] = Math.abs(logs[j] - mean);
    }
    return sum(logs) / logs.length;
  }

  private static double sum(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return sum;
  }

  /** Means of several, for example of all blocks of a role. */
  public static RoleDrift mean(List<RoleDrift> drifts) {
    return new RoleDrift(
        mean(drifts.stream().mapToDouble(RoleDrift::difference).toArray()),
        mean(drifts.stream().mapToDouble(RoleDrift::topOverlap).toArray()),
        mean(drifts.stream().mapToDouble(RoleDrift::topRankChange).toArray()),
        mean(drifts.stream().mapToDouble(RoleDrift::importance).toArray()));
  }

  private static double mean(double[] values) {
    return sum(values) / values.length;
  }
}
