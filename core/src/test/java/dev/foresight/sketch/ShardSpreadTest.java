package dev.foresight.sketch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Shards whose mean |x| are powers of e, so that logarithms are whole numbers. */
class ShardSpreadTest {
  private final SortedMap<String, ChannelSums> shards = new TreeMap<>();

  /** A shard of some tokens whose channels' mean |x| are e to these powers; NaN for never. */
  private void add(String shard, long tokens, double... powers) {
    double[] sums = new double[powers.length];
    for (int j = 0; j < powers.length; j++) {
      sums[j] = Double.isNaN(powers[j]) ? 0 : tokens * Math.exp(powers[j]);
    }
    shards.put(
        shard,
        new ChannelSums(
            tokens,
            sums,
            new double[sums.length],
            new double[sums.length],
            new float[sums.length]));
  }

  private double[] spread(Map<String, Double> weights) {
    return ShardSpread.of(shards, weights).orElseThrow();
  }

  /** Logarithms (1, -1) and (-1, 1) about a mean of 0 with shares 1/2: 2/1 * 2 * (1/2 * 1)² = 1. */
  @Test
  void varianceIsThatOfAMeanOverTwoShards() {
    add("a", 10, 1, -1);
    add("b", 10, -1, 1);
    assertThat(spread(Map.of())).containsExactly(new double[] {1, 1}, within(1e-12));
  }

  /** A common factor moves all logarithms of a shard alike, which is its level and no more. */
  @Test
  void levelOfAShardDoesNotCount() {
    add("a", 10, 1, -1);
    add("b", 10, 6, 8);
    assertThat(spread(Map.of())).containsExactly(new double[] {1, 1}, within(1e-12));
    shards.clear();
    add("a", 10, 2, 3);
    add("b", 99, 7, 8);
    assertThat(spread(Map.of())).containsExactly(new double[] {0, 0}, within(1e-24));
  }

  /**
   * Shares 3/4 and 1/4: the mean of channel 0 is 1/2, deviations 1/2 and -3/2; 2 * ((3/8)² +
   * (3/8)²) = 9/16.
   */
  @Test
  void shardsCountByTheirTokens() {
    add("a", 30, 1, -1);
    add("b", 10, -1, 1);
    assertThat(spread(Map.of())).containsExactly(new double[] {9 / 16.0, 9 / 16.0}, within(1e-12));
  }

  @Test
  void weightIsAsIfTheTokensWereSoManyTimesAsMany() {
    add("a", 10, 1, -1);
    add("b", 10, -1, 1);
    assertThat(spread(Map.of("a", 3.0)))
        .containsExactly(new double[] {9 / 16.0, 9 / 16.0}, within(1e-12));
  }

  /** Four shards that come twice as often as two: 4/3 * 4 * (1/4)² = 1/3 in place of 1. */
  @Test
  void varianceFallsWithTheNumberOfShards() {
    for (String shard : new String[] {"a", "b"}) {
      add(shard + 1, 10, 1, -1);
      add(shard + 2, 10, -1, 1);
    }
    assertThat(spread(Map.of())).containsExactly(new double[] {1 / 3.0, 1 / 3.0}, within(1e-12));
  }

  @Test
  void oneShardSaysNothingOfOthers() {
    add("a", 10, 1, -1);
    assertThat(ShardSpread.of(shards, Map.of())).isEmpty();
    add("b", 10, -1, 1);
    add("empty", 0, 0, 0);
    assertThat(ShardSpread.of(shards, Map.of("b", 0.0))).as("b does not count").isEmpty();
    assertThat(spread(Map.of())).containsExactly(new double[] {1, 1}, within(1e-12));
  }

  /** Channel 1 is never active in b: there its level is the mean of the others alone. */
  @Test
  void channelThatAShardHasNeverSeenActiveHasNoVariance() {
    add("a", 10, 1, 0, -1);
    add("b", 10, -1, Double.NaN, 1);
    double[] spread = spread(Map.of());
    assertThat(spread[0]).isCloseTo(1, within(1e-12));
    assertThat(spread[1]).isNaN();
    assertThat(spread[2]).isCloseTo(1, within(1e-12));
  }

  @Test
  void foldReadsTheSpreadOfItsShardsWhateverTheirSlices() {
    add("a", 10, 1, -1);
    add("b", 10, -1, 1);
    SketchFold fold = new SketchFold(2);
    ChannelSums none = new ChannelSums(2);
    ChannelSums half = new ChannelSums(5, halved("a"), new double[2], new double[2], new float[2]);
    fold.add(new SliceId("a", 0), new RoleSketch(none, half));
    fold.add(new SliceId("a", 1), new RoleSketch(none, half));
    fold.add(new SliceId("b", 0), new RoleSketch(none, shards.get("b")));
    assertThat(fold.spread(FirstPosition.INCLUDE, Map.of()).orElseThrow())
        .containsExactly(new double[] {1, 1}, within(1e-12));
  }

  private double[] halved(String shard) {
    double[] sums = shards.get(shard).sumAbs();
    for (int j = 0; j < sums.length; j++) {
      sums[j] /= 2;
    }
    return sums;
  }
}
