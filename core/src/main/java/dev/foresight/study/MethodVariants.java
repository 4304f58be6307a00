package dev.foresight.study;

import dev.foresight.study.CalibratedOn.Kind;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The variants of one method and width, by what they were calibrated on.
 *
 * @param method what the study calls its settings
 * @param bits width of a code
 * @param domains that all of them were judged on, in order
 * @param pooled calibrated on every shard, or on nothing if the method takes no data
 * @param shards one for each biased calibration, by shard
 * @param without one for each shard left out, by that shard
 * @param draws one for each draw of shards with replacement
 * @param firsts one for each budget, by sequences of a shard
 */
public record MethodVariants(
    String method,
    int bits,
    List<String> domains,
    Variant pooled,
    SortedMap<String, Variant> shards,
    SortedMap<String, Variant> without,
    List<Variant> draws,
    SortedMap<Integer, Variant> firsts) {

  /**
   * Picks them out of all variants of a study.
   *
   * @return nothing if there is no such method at these bits
   */
  public static Optional<MethodVariants> of(
      String method, int bits, List<String> domains, Collection<Variant> all) {
    List<Variant> own =
        all.stream().filter(v -> v.method().equals(method) && v.bits() == bits).sorted().toList();
    SortedMap<Integer, Variant> firsts = new TreeMap<>();
    of(own, Kind.FIRST).forEach(v -> firsts.put(Integer.valueOf(v.data().name()), v));
    return own.stream()
        .filter(v -> v.data().kind() == Kind.ALL || v.data().kind() == Kind.NOTHING)
        .findFirst()
        .map(
            pooled ->
                new MethodVariants(
                    method,
                    bits,
                    List.copyOf(domains),
                    pooled,
                    byName(own, Kind.SHARD),
                    byName(own, Kind.WITHOUT),
                    of(own, Kind.BOOTSTRAP),
                    firsts));
  }

  private static List<Variant> of(List<Variant> own, Kind kind) {
    return own.stream().filter(v -> v.data().kind() == kind).toList();
  }

  private static SortedMap<String, Variant> byName(List<Variant> own, Kind kind) {
    SortedMap<String, Variant> named = new TreeMap<>();
    of(own, kind).forEach(v -> named.put(v.data().name(), v));
    return named;
  }

  /** Shards that are also judged on: their home is known. */
  public List<String> homes() {
    return domains.stream().filter(shards::containsKey).toList();
  }

  /** Shards that were left out and are judged on. */
  public List<String> unseen() {
    return domains.stream().filter(without::containsKey).toList();
  }
}
