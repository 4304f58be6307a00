package dev.foresight.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.foresight.study.CalibratedOn.Kind;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Every number below is worked out by hand from the matrix in {@link #judge}. */
class BiasStatisticsTest {
  private static final List<String> DOMAINS = List.of("code", "legal", "poems");

  private final Map<Variant, Map<String, Double>> means = new LinkedHashMap<>();
  private final ShardDistances distances = new ShardDistances();

  private void add(CalibratedOn data, double code, double legal, double poems) {
    means.put(new Variant("awq", 3, data), Map.of("code", code, "legal", legal, "poems", poems));
  }

  @BeforeEach
  void judge() {
    add(CalibratedOn.all(), 1, 2, 3);
    add(new CalibratedOn(Kind.SHARD, "code"), 0.5, 4, 6);
    add(new CalibratedOn(Kind.SHARD, "legal"), 3, 1, 5);
    add(new CalibratedOn(Kind.WITHOUT, "legal"), 1, 3, 3);
    add(new CalibratedOn(Kind.BOOTSTRAP, "1"), 1, 2, 3);
    add(new CalibratedOn(Kind.BOOTSTRAP, "2"), 2, 3, 4);
  }

  private double of(String name) {
    MethodVariants method = MethodVariants.of("awq", 3, DOMAINS, means.keySet()).orElseThrow();
    Map<String, ToDoubleFunction<Sample>> named = BiasStatistics.of(method, distances);
    assertThat(named).containsKey(name);
    return named.get(name).applyAsDouble((variant, domain) -> means.get(variant).get(domain));
  }

  private void assertIs(String name, double expected) {
    assertThat(of(name)).as(name).isCloseTo(expected, within(1e-12));
  }

  @Test
  void penaltyOfOneShardIsItsMeanOverThatOfAll() {
    assertIs("pooled", 2);
    assertIs("biased", (10.5 + 9) / 6);
    assertIs("biased_penalty", 1.25);
    assertIs("biased_penalty_share", 0.625);
    assertIs("worst_shard", 3.5);
  }

  @Test
  void foreignAndHomeShardsAreComparedWithinADomain() {
    assertIs("home", (0.5 + 1) / 2);
    assertIs("away", (3.0 + 4) / 2); // poems is nobody's home and does not count
    assertIs("away_penalty", 2.75);
    assertIs("away_penalty_share", 2.75 / 0.75);
  }

  @Test
  void domainThatWasLeftOutIsComparedWithEverything() {
    assertIs("unseen_penalty", 1);
    assertIs("unseen_penalty_share", 0.5);
  }

  @Test
  void spreadIsTheStandardDeviationOfMeansOverDomains() {
    assertIs("spread_shards", Math.sqrt(0.125)); // of 3.5 and 3
    assertIs("spread_draws", Math.sqrt(0.5)); // of 2 and 3
  }

  @Test
  void damageIsRankedAgainstDistance() {
    add(new CalibratedOn(Kind.SHARD, "poems"), 2, 2, 1);
    distances.put("code", "legal", 0.1);
    distances.put("code", "poems", 0.2);
    distances.put("legal", "poems", 0.3);
    // damage: legal on code 6, poems on code 4, code on legal 4, poems on legal 2, code on poems 6,
    // legal on poems 5, distances .1 .2 .1 .3 .2 .3; numpy 2.4: corrcoef of their mean ranks
    assertIs("distance_damage", -0.36927447293799825);
  }

  @Test
  void methodThatTakesNoDataHasOneNumberOnly() {
    Variant rtn = new Variant("rtn", 3, CalibratedOn.nothing());
    MethodVariants method = MethodVariants.of("rtn", 3, DOMAINS, List.of(rtn)).orElseThrow();
    assertThat(BiasStatistics.of(method, distances)).containsOnlyKeys("pooled");
  }
}
