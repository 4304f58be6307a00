package dev.foresight.study;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** How far every two shards are apart, the same in both directions. */
public final class ShardDistances {
  private final Map<String, Map<String, Double>> apart = new TreeMap<>();

  /** Says how far two shards are apart. */
  public void put(String a, String b, double distance) {
    apart.computeIfAbsent(a, shard -> new TreeMap<>()).put(b, distance);
    apart.computeIfAbsent(b, shard -> new TreeMap<>()).put(a, distance);
  }

  /** How far they are apart, if it is known. */
  public Optional<Double> between(String a, String b) {
    return Optional.ofNullable(apart.getOrDefault(a, Map.of()).get(b));
  }
}
