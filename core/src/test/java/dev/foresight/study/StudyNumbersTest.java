package dev.foresight.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.foresight.study.CalibratedOn.Kind;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** One window a domain, so that every interval is its value: plain arithmetic of the cells. */
class StudyNumbersTest {
  private final Map<Variant, Map<String, CellScores>> cells = new TreeMap<>();

  private void add(String method, int bits, CalibratedOn data, double code, double legal) {
    Map<String, CellScores> domains = new LinkedHashMap<>();
    domains.put("code", cell(code));
    domains.put("legal", cell(legal));
    cells.put(new Variant(method, bits, data), domains);
  }

  /** A loss of ten times the divergence. */
  private static CellScores cell(double divergence) {
    return new CellScores(
        1,
        1,
        divergence,
        divergence,
        divergence,
        1,
        1,
        new double[] {10 * divergence},
        new double[] {divergence});
  }

  private StudyNumbers numbers(String against, String... methods) {
    return StudyNumbers.of(cells, List.of(methods), against, new ShardDistances(), 3);
  }

  private static double statistic(
      StudyNumbers numbers, String method, String measure, String name) {
    return numbers.statistics().stream()
        .filter(s -> s.method().equals(method) && s.measure().equals(measure))
        .filter(s -> s.name().equals(name))
        .findFirst()
        .orElseThrow()
        .interval()
        .value();
  }

  @Test
  void everyVariantHasItsMeanOverTheDomains() {
    add("awq", 3, CalibratedOn.all(), 1, 3);
    add("awq", 3, new CalibratedOn(Kind.SHARD, "code"), 2, 6);
    add("awq", 4, CalibratedOn.all(), 0.5, 0.7);
    StudyNumbers numbers = numbers("", "awq");
    assertThat(numbers.variants())
        .extracting(v -> v.bits() + " " + v.kind() + " " + v.calibratedOn())
        .containsExactly("3 all all", "3 shard code", "4 all all");
    assertThat(numbers.variants())
        .extracting(v -> v.divergence().value())
        .usingElementComparator((a, b) -> Math.abs(a - b) < 1e-12 ? 0 : 1)
        .containsExactly(2.0, 4.0, 0.6);
    assertThat(numbers.widths()).containsExactly(3, 4);
    assertThat(numbers.comparisons()).isEmpty();
  }

  @Test
  void statisticsAreOfDivergenceAndOfLoss() {
    add("awq", 3, CalibratedOn.all(), 1, 3);
    add("awq", 3, new CalibratedOn(Kind.SHARD, "code"), 2, 6);
    StudyNumbers numbers = numbers("", "awq");
    assertThat(statistic(numbers, "awq", "divergence", "biased_penalty"))
        .isCloseTo(2, within(1e-12));
    assertThat(statistic(numbers, "awq", "loss", "biased_penalty")).isCloseTo(20, within(1e-12));
    assertThat(numbers.divergence("awq", 3, "pooled").orElseThrow().value())
        .isCloseTo(2, within(1e-12));
    assertThat(numbers.divergence("awq", 4, "pooled")).isEmpty();
  }

  /** faq 1.5 less awq 2 is -0.5, a quarter of awq's. */
  @Test
  void methodsAreComparedAtTheSameWidth() {
    add("awq", 3, CalibratedOn.all(), 1, 3);
    add("faq", 3, CalibratedOn.all(), 1, 2);
    List<Comparison> comparisons = numbers("awq", "awq", "faq").comparisons();
    assertThat(comparisons).hasSize(1);
    assertThat(comparisons.get(0).difference().value()).isCloseTo(-0.5, within(1e-12));
    assertThat(comparisons.get(0).share().value()).isCloseTo(-0.25, within(1e-12));
    assertThat(comparisons.get(0).difference().excludesZero()).isTrue();
  }

  /** Only what both methods have can be compared. */
  @Test
  void statisticThatOneMethodLacksIsNotCompared() {
    add("awq", 3, CalibratedOn.all(), 1, 3);
    add("awq", 3, new CalibratedOn(Kind.SHARD, "code"), 2, 6);
    add("rtn", 3, CalibratedOn.nothing(), 4, 4);
    assertThat(numbers("awq", "awq", "rtn").comparisons())
        .extracting(Comparison::name)
        .containsExactly("pooled");
  }

  /** 2.2 is 10 % above 2, 2.08 only 4 %: five are the tolerance. */
  @Test
  void fewestSequencesWithinTheToleranceAreEnough() {
    add("awq", 3, CalibratedOn.all(), 1, 3);
    add("awq", 3, new CalibratedOn(Kind.FIRST, "16"), 1.08, 3.0);
    add("awq", 3, new CalibratedOn(Kind.FIRST, "8"), 1.16, 3.0);
    add("awq", 3, new CalibratedOn(Kind.FIRST, "4"), 1.4, 3.0);
    StudyNumbers numbers = numbers("", "awq");
    assertThat(numbers.budgets()).extracting(Budget::sequences).containsExactly(4, 8, 16);
    assertThat(numbers.budgets().get(0).excess().value()).isCloseTo(0.1, within(1e-12));
    assertThat(numbers.enough("awq", 3).orElseThrow().sequences()).isEqualTo(8);
    assertThat(numbers.enough("awq", 4)).isEmpty();
    assertThat(numbers.enough("faq", 3)).isEmpty();
  }

  @Test
  void variantsComeByWidthThenMethodThenPart() {
    List<Variant> ordered =
        List.of(
            new Variant("b", 3, CalibratedOn.all()),
            new Variant("a", 4, CalibratedOn.nothing()),
            new Variant("a", 4, CalibratedOn.all()),
            new Variant("a", 4, new CalibratedOn(Kind.SHARD, "10")),
            new Variant("a", 4, new CalibratedOn(Kind.SHARD, "9")),
            new Variant("a", 4, new CalibratedOn(Kind.WITHOUT, "a")),
            new Variant("a", 4, new CalibratedOn(Kind.BOOTSTRAP, "9")),
            new Variant("a", 4, new CalibratedOn(Kind.BOOTSTRAP, "10")),
            new Variant("a", 4, new CalibratedOn(Kind.FIRST, "8")),
            new Variant("a", 4, new CalibratedOn(Kind.FIRST, "16")),
            new Variant("b", 4, CalibratedOn.all()));
    List<Variant> shuffled = new ArrayList<>(ordered);
    Collections.shuffle(shuffled, new java.util.Random(1));
    Collections.sort(shuffled);
    assertThat(shuffled).as("draws and budgets by number, shards by name").isEqualTo(ordered);
  }

  @Test
  void partHasANameWhereItsKindNeedsOne() {
    for (Kind kind : Kind.values()) {
      boolean named = kind != Kind.NOTHING && kind != Kind.ALL;
      assertThatThrownBy(() -> new CalibratedOn(kind, named ? "" : "code"))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThat(new CalibratedOn(Kind.WITHOUT, "code").label()).isEqualTo("without code");
    assertThat(new CalibratedOn(Kind.SHARD, "all").label()).isEqualTo("all");
  }

  @Test
  void methodWithoutAVariantOnEverythingIsNone() {
    add("awq", 3, new CalibratedOn(Kind.SHARD, "code"), 2, 6);
    assertThat(MethodVariants.of("awq", 3, List.of("code"), cells.keySet())).isEmpty();
    add("awq", 3, CalibratedOn.all(), 1, 3);
    MethodVariants method =
        MethodVariants.of("awq", 3, List.of("legal", "code"), cells.keySet()).orElseThrow();
    assertThat(method.homes()).containsExactly("code");
    assertThat(method.unseen()).isEmpty();
    assertThat(MethodVariants.of("awq", 4, List.of("code"), cells.keySet())).isEmpty();
  }

  @Test
  void shardsAreAsFarApartInEitherDirection() {
    ShardDistances distances = new ShardDistances();
    distances.put("b", "a", 0.5);
    assertThat(distances.between("a", "b")).contains(0.5);
    assertThat(distances.between("b", "a")).contains(0.5);
    assertThat(distances.between("a", "c")).isEmpty();
  }

  @Test
  void intervalGoesUpwards() {
    assertThatThrownBy(() -> new Interval(1, 2, 1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Interval(1, Double.NaN, 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(new Interval(0, -1, 0).excludesZero()).isFalse();
    assertThat(new Interval(-1, -2, -0.5).excludesZero()).isTrue();
  }
}
