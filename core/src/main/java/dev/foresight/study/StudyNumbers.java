package dev.foresight.study;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * All that a study's cells say, with intervals.
 *
 * @param variants each over all domains
 * @param statistics of every method and width, of divergence and of loss
 * @param comparisons of every method against one of them, of divergence
 * @param budgets by method, width and number of sequences
 */
public record StudyNumbers(
    List<VariantMean> variants,
    List<Statistic> statistics,
    List<Comparison> comparisons,
    List<Budget> budgets) {
  private static final List<String> COMPARED = List.of("pooled", "biased", "spread_shards");
  private static final ShardDistances NONE = new ShardDistances(); // comparisons need none

  /**
   * @param cells scores by variant and domain; every variant has the same domains
   * @param methods in the order of the report
   * @param against method that others are compared with; none are where it is empty
   * @param distances between sketches of shards
   * @param seed of the resamples
   */
  public static StudyNumbers of(
      Map<Variant, Map<String, CellScores>> cells,
      List<String> methods,
      String against,
      ShardDistances distances,
      long seed) {
    PairedWindows divergence = windows(cells, CellScores::windowDivergence, seed);
    PairedWindows loss = windows(cells, CellScores::windowLoss, seed);
    List<String> domains = List.copyOf(cells.values().iterator().next().keySet());
    StudyNumbers numbers =
        new StudyNumbers(
            new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    for (int bits : cells.keySet().stream().map(Variant::bits).distinct().sorted().toList()) {
      for (String name : methods) {
        MethodVariants method =
            MethodVariants.of(name, bits, domains, cells.keySet()).orElseThrow();
        numbers.addVariants(method, cells.keySet(), divergence);
        numbers.addStatistics(method, "divergence", divergence, distances);
        numbers.addStatistics(method, "loss", loss, distances);
        numbers.addBudgets(method, divergence);
        if (!against.isEmpty() && !against.equals(name)) {
          numbers.addComparisons(
              method,
              MethodVariants.of(against, bits, domains, cells.keySet()).orElseThrow(),
              divergence);
        }
      }
    }
    return numbers;
  }

  private static PairedWindows windows(
      Map<Variant, Map<String, CellScores>> cells,
      Function<CellScores, double[]> measure,
      long seed) {
    Map<Variant, Map<String, double[]>> windows = new LinkedHashMap<>();
    cells.forEach(
        (variant, domains) -> {
          Map<String, double[]> measured = new LinkedHashMap<>();
          domains.forEach((domain, scores) -> measured.put(domain, measure.apply(scores)));
          windows.put(variant, measured);
        });
    return new PairedWindows(windows, seed);
  }

  private void addVariants(MethodVariants method, Collection<Variant> all, PairedWindows windows) {
    all.stream()
        .filter(v -> v.method().equals(method.method()) && v.bits() == method.bits())
        .sorted()
        .forEach(
            v ->
                variants.add(
                    new VariantMean(
                        v.method(),
                        v.bits(),
                        v.data().kind().key(),
                        v.data().label(),
                        windows.interval(sample -> BiasStatistics.over(method, v, sample)))));
  }

  private void addStatistics(
      MethodVariants method, String measure, PairedWindows windows, ShardDistances distances) {
    BiasStatistics.of(method, distances)
        .forEach(
            (name, statistic) ->
                statistics.add(
                    new Statistic(
                        method.method(),
                        method.bits(),
                        measure,
                        name,
                        windows.interval(statistic))));
  }

  private void addComparisons(MethodVariants method, MethodVariants other, PairedWindows windows) {
    Map<String, ToDoubleFunction<Sample>> ours = BiasStatistics.of(method, NONE);
    Map<String, ToDoubleFunction<Sample>> theirs = BiasStatistics.of(other, NONE);
    for (String name : COMPARED) {
      if (ours.containsKey(name) && theirs.containsKey(name)) {
        ToDoubleFunction<Sample> difference =
            BiasStatistics.minus(ours.get(name), theirs.get(name));
        comparisons.add(
            new Comparison(
                method.method(),
                other.method(),
                method.bits(),
                name,
                windows.interval(difference),
                windows.interval(
                    sample ->
                        difference.applyAsDouble(sample)
                            / theirs.get(name).applyAsDouble(sample))));
      }
    }
  }

  private void addBudgets(MethodVariants method, PairedWindows windows) {
    method
        .firsts()
        .forEach(
            (sequences, variant) -> {
              ToDoubleFunction<Sample> some = s -> BiasStatistics.over(method, variant, s);
              ToDoubleFunction<Sample> all = s -> BiasStatistics.over(method, method.pooled(), s);
              budgets.add(
                  new Budget(
                      method.method(),
                      method.bits(),
                      sequences,
                      windows.interval(some),
                      windows.interval(s -> some.applyAsDouble(s) / all.applyAsDouble(s) - 1)));
            });
  }

  /** A statistic of divergence, if the study has it. */
  public Optional<Interval> divergence(String method, int bits, String name) {
    return statistics.stream()
        .filter(
            s ->
                s.method().equals(method)
                    && s.bits() == bits
                    && s.measure().equals("divergence")
                    && s.name().equals(name))
        .map(Statistic::interval)
        .findFirst();
  }

  /** The fewest sequences that are enough, if any of the budgets are. */
  public Optional<Budget> enough(String method, int bits) {
    return budgets.stream()
        .filter(b -> b.method().equals(method) && b.bits() == bits && b.enough())
        .findFirst();
  }

  /** Widths, ascending. */
  public Collection<Integer> widths() {
    return statistics.stream().map(Statistic::bits).distinct().sorted().toList();
  }
}
