package dev.foresight.study;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * What calibrating on the wrong text costs, as statistics of a sample of windows. Each weighs every
 * domain alike. m(v, d) is the mean of what is measured of variant v on domain d, in nats.
 */
public final class BiasStatistics {
  private static final int FEWEST_PAIRS = 3; // fewer have hardly any order

  private BiasStatistics() {}

  /**
   * The statistics that a method's variants allow, by name, in the order of a report.
   *
   * <ul>
   *   <li>{@code pooled}: mean over d of m(all, d).
   *   <li>{@code biased}: mean over shards s and d of m(s, d); {@code biased_penalty}: that less
   *       pooled; {@code biased_penalty_share}: that over pooled.
   *   <li>{@code home}: mean over s of m(s, s); {@code away}: mean over s and d ≠ s of m(s, d).
   *       Domains differ in how hard they are, so {@code away_penalty} compares within a domain:
   *       mean over d of (mean over s ≠ d of m(s, d)) − m(d, d); {@code away_penalty_share}: that
   *       over home.
   *   <li>{@code unseen_penalty}: mean over d of m(all but d, d) − m(all, d); with its share of
   *       pooled on those domains.
   *   <li>{@code spread_shards}, {@code spread_draws}: standard deviation, n − 1, of the mean over
   *       d of m(v, d), over the biased calibrations and over the draws; {@code worst_shard}: its
   *       largest value over the biased calibrations.
   *   <li>{@code distance_damage}: Spearman's rank correlation, over pairs of a shard s and a
   *       domain d ≠ s, of how far their sketches are apart and of m(s, d) / m(d, d).
   * </ul>
   *
   * @param distances between sketches of shards
   */
  public static Map<String, ToDoubleFunction<Sample>> of(
      MethodVariants method, ShardDistances distances) {
    Map<String, ToDoubleFunction<Sample>> named = new LinkedHashMap<>();
    ToDoubleFunction<Sample> pooled = sample -> over(method, method.pooled(), sample);
    named.put("pooled", pooled);
    Collection<Variant> shards = method.shards().values();
    if (!shards.isEmpty()) {
      ToDoubleFunction<Sample> biased = sample -> mean(overEach(method, shards, sample));
      named.put("biased", biased);
      putPenalty(named, "biased_penalty", minus(biased, pooled), pooled);
      named.put("worst_shard", sample -> maximum(overEach(method, shards, sample)));
    }
    if (shards.size() > 1) {
      named.put("spread_shards", sample -> deviation(overEach(method, shards, sample)));
    }
    putHomes(named, method);
    putUnseen(named, method);
    if (method.draws().size() > 1) {
      named.put("spread_draws", sample -> deviation(overEach(method, method.draws(), sample)));
    }
    putDamage(named, method, distances);
    return named;
  }

  private static void putHomes(Map<String, ToDoubleFunction<Sample>> named, MethodVariants method) {
    List<String> homes = method.homes();
    if (homes.isEmpty() || method.shards().size() < 2) {
      return;
    }
    ToDoubleFunction<Sample> home =
        sample -> mean(homes.stream().mapToDouble(d -> own(method, d, sample)).toArray());
    ToDoubleFunction<Sample> away =
        sample -> mean(homes.stream().mapToDouble(d -> others(method, d, sample)).toArray());
    named.put("home", home);
    named.put("away", away);
    putPenalty(named, "away_penalty", minus(away, home), home);
  }

  private static double own(MethodVariants method, String domain, Sample sample) {
    return sample.mean(method.shards().get(domain), domain);
  }

  private static double others(MethodVariants method, String domain, Sample sample) {
    return mean(
        method.shards().entrySet().stream()
            .filter(shard -> !shard.getKey().equals(domain))
            .mapToDouble(shard -> sample.mean(shard.getValue(), domain))
            .toArray());
  }

  private static void putUnseen(
      Map<String, ToDoubleFunction<Sample>> named, MethodVariants method) {
    List<String> unseen = method.unseen();
    if (unseen.isEmpty()) {
      return;
    }
    ToDoubleFunction<Sample> without =
        sample ->
            mean(
                unseen.stream()
                    .mapToDouble(d -> sample.mean(method.without().get(d), d))
                    .toArray());
    ToDoubleFunction<Sample> with =
        sample -> mean(unseen.stream().mapToDouble(d -> sample.mean(method.pooled(), d)).toArray());
    putPenalty(named, "unseen_penalty", minus(without, with), with);
  }

  private static void putDamage(
      Map<String, ToDoubleFunction<Sample>> named,
      MethodVariants method,
      ShardDistances distances) {
    List<Pair> pairs = new ArrayList<>();
    for (String domain : method.homes()) {
      method
          .shards()
          .keySet()
          .forEach(
              shard ->
                  distances
                      .between(shard, domain)
                      .ifPresent(apart -> pairs.add(new Pair(shard, domain, apart))));
    }
    if (pairs.size() < FEWEST_PAIRS) {
      return;
    }
    double[] apart = pairs.stream().mapToDouble(Pair::distance).toArray();
    named.put(
        "distance_damage",
        sample ->
            Ranks.correlation(
                apart, pairs.stream().mapToDouble(p -> damage(method, p, sample)).toArray()));
  }

  private record Pair(String shard, String domain, double distance) {}

  private static double damage(MethodVariants method, Pair pair, Sample sample) {
    return sample.mean(method.shards().get(pair.shard()), pair.domain())
        / own(method, pair.domain(), sample);
  }

  private static void putPenalty(
      Map<String, ToDoubleFunction<Sample>> named,
      String name,
      ToDoubleFunction<Sample> penalty,
      ToDoubleFunction<Sample> base) {
    named.put(name, penalty);
    named.put(
        name + "_share", sample -> penalty.applyAsDouble(sample) / base.applyAsDouble(sample));
  }

  /** Difference of two statistics, in the same sample. */
  public static ToDoubleFunction<Sample> minus(
      ToDoubleFunction<Sample> a, ToDoubleFunction<Sample> b) {
    return sample -> a.applyAsDouble(sample) - b.applyAsDouble(sample);
  }

  /** Mean over the domains of one variant. */
  public static double over(MethodVariants method, Variant variant, Sample sample) {
    return mean(method.domains().stream().mapToDouble(d -> sample.mean(variant, d)).toArray());
  }

  private static double[] overEach(
      MethodVariants method, Collection<Variant> variants, Sample sample) {
    return variants.stream().mapToDouble(v -> over(method, v, sample)).toArray();
  }

  private static double mean(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return sum / values.length;
  }

  private static double maximum(double[] values) {
    double largest = values[0];
    for (double value : values) {
      largest = Math.max(largest, value);
    }
    return largest;
  }

  private static double deviation(double[] values) {
    double mean = mean(values);
    double sum = 0;
    for (double value : values) {
      sum += (value - mean) * (value - mean);
    }
    return Math.sqrt(sum / (values.length - 1));
  }
}
