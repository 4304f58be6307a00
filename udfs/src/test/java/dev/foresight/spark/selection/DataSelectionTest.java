package dev.foresight.spark.selection;

import static dev.foresight.spark.store.SmallShards.fingerprint;
import static dev.foresight.spark.store.SmallShards.packed;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.foresight.InputException;
import dev.foresight.quantize.plan.DataChoice;
import dev.foresight.sketch.FirstPosition;
import dev.foresight.spark.store.Manifest;
import dev.foresight.spark.store.StoredFile;
import dev.foresight.spark.store.StoredShard;
import dev.foresight.spark.store.StoredSlice;
import java.net.URLEncoder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Parts of a store of unequal shards, slices of 2 sequences of 4 tokens; no file is read. */
class DataSelectionTest {
  private static final Manifest THREE =
      manifest(shard("a", 7, 0), shard("b", 3, 0), shard("c", 1, 0));
  private static final DataChoice ALL = DataChoice.all(FirstPosition.INCLUDE);

  private static StoredShard shard(String id, int sequences, int compacted) {
    List<StoredSlice> slices = new ArrayList<>();
    int step = compacted > 0 ? sequences : 2;
    for (int first = 0; first < sequences; first += step) {
      StoredFile sums =
          new StoredFile(
              "sums/%s.%05d.parquet".formatted(URLEncoder.encode(id, UTF_8), first / step),
              0,
              null);
      slices.add(
          new StoredSlice(
              id,
              first / step,
              first,
              Math.min(step, sequences - first),
              List.of(),
              Map.of("sums", sums)));
    }
    return new StoredShard(packed(id, sequences, id), null, slices, compacted);
  }

  private static Manifest manifest(StoredShard... shards) {
    return new Manifest(fingerprint(), new TreeSet<>(), new TreeSet<>(), List.of(shards));
  }

  private static DataChoice choice(
      Map<String, Double> weights, boolean balance, Long bootstrap, int firstSlices) {
    return new DataChoice(
        List.of(), List.of(), weights, balance, bootstrap, firstSlices, FirstPosition.INCLUDE);
  }

  private static SketchSelection select(DataChoice choice) {
    return DataSelection.of(choice, "STORE", THREE);
  }

  /** a 7 sequences, b 3, c 1; each has 1 token at position 0 and 3 behind it. */
  @Test
  void tokensOfAShardAreThoseOfItsSequencesPositionZeroApart() {
    SketchSelection all = select(ALL);
    assertThat(all.slices()).hasSize(4 + 2 + 1);
    assertThat(all.tokens().get("a")).containsExactly(7, 21);
    assertThat(all.tokens().get("b")).containsExactly(3, 9);
    assertThat(all.tokens().get("c")).containsExactly(1, 3);
    assertThat(all.weights()).as("each counts once").isEmpty();
  }

  /** w = mean / own: the mean of 7, 3 and 1 is 11/3. */
  @Test
  void balancedShardsCountAlikeAndTogetherAsMuchAsBefore() {
    SketchSelection balanced = select(choice(Map.of(), true, null, 0));
    assertThat(balanced.weights().get("a")).isCloseTo(11 / 21.0, within(1e-15));
    assertThat(balanced.weights().get("b")).isCloseTo(11 / 9.0, within(1e-15));
    assertThat(balanced.weights().get("c")).isCloseTo(11 / 3.0, within(1e-15));
    double tokens = 0;
    for (String shard : List.of("a", "b", "c")) {
      tokens += balanced.weights().get(shard) * balanced.tokens().get(shard)[0];
    }
    assertThat(tokens).isCloseTo(11, within(1e-12));
  }

  /** Only the first slice counts: 2, 2 and 1 sequences, whose mean is 5/3. */
  @Test
  void balanceIsOfTheSlicesThatCount() {
    SketchSelection balanced = select(choice(Map.of(), true, null, 1));
    assertThat(balanced.slices()).extracting(StoredSlice::index).containsOnly(0);
    assertThat(balanced.weights().get("a")).isCloseTo(5 / 6.0, within(1e-15));
    assertThat(balanced.weights().get("c")).isCloseTo(5 / 3.0, within(1e-15));
    assertThat(balanced.tokens().get("a")).containsExactly(2, 6);
  }

  @Test
  void weightsComeOnTopOfTheBalance() {
    SketchSelection weighed = select(choice(Map.of("a", 3.0), true, null, 0));
    assertThat(weighed.weights().get("a")).isCloseTo(3 * 11 / 21.0, within(1e-15));
    assertThat(weighed.weights().get("b")).isCloseTo(11 / 9.0, within(1e-15));
  }

  @Test
  void weightOfAShardThatIsExcludedIsNoMistake() {
    DataChoice choice =
        new DataChoice(
            List.of(),
            List.of("a"),
            Map.of("a", 3.0, "b", 2.0),
            false,
            null,
            0,
            FirstPosition.INCLUDE);
    assertThat(select(choice).weights()).isEqualTo(Map.of("b", 2.0));
    assertThat(select(choice).tokens()).containsOnlyKeys("b", "c");
  }

  /** A draw of three shards with replacement: counts that sum to three, under 27 equal draws. */
  @Test
  void everyShardIsDrawnOnceOnTheAverage() {
    Map<String, Double> times = new TreeMap<>();
    int draws = 3000;
    for (long seed = 0; seed < draws; seed++) {
      SketchSelection drawn = select(choice(Map.of(), false, seed, 0));
      for (String shard : drawn.tokens().keySet()) {
        times.merge(shard, drawn.weights().getOrDefault(shard, 1.0), Double::sum);
      }
    }
    // a count is binomial(3, 1/3): variance 2/3, so 0.015 is the standard error of each mean
    for (String shard : List.of("a", "b", "c")) {
      assertThat(times.get(shard) / draws).isCloseTo(1, within(0.06));
    }
  }

  @Test
  void drawOfOneShardIsRefused() {
    DataChoice one = ALL.among(List.of("b"), List.of(), 7L, 0);
    assertThatThrownBy(() -> select(one))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "--bootstrap draws shards with replacement, and only b of STORE counts: choose two or more.");
  }

  @Test
  void slicesOfACompactedShardCanNotBeChosenAmong() {
    Manifest compacted = manifest(shard("a", 7, 4), shard("b", 3, 0));
    DataChoice first = ALL.among(List.of(), List.of(), null, 1);
    assertThatThrownBy(() -> DataSelection.of(first, "STORE", compacted))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("the 4 slices of shard a: STORE was compacted");
    DataChoice others = ALL.among(List.of("b"), List.of(), null, 1);
    assertThat(DataSelection.of(others, "STORE", compacted).slices()).hasSize(1);
    assertThat(DataSelection.of(ALL, "STORE", compacted).tokens().get("a")).containsExactly(7, 21);
  }

  /** A shard that is packed to nothing is listed, but there is nothing of it to choose. */
  @Test
  void shardWithoutSequencesIsNotToBeChosen() {
    Manifest withEmpty = manifest(shard("a", 2, 0), shard("none", 0, 0));
    assertThat(DataSelection.of(ALL, "STORE", withEmpty).tokens()).containsOnlyKeys("a");
    assertThatThrownBy(
            () ->
                DataSelection.of(
                    ALL.among(List.of("none"), List.of(), null, 0), "STORE", withEmpty))
        .isInstanceOf(InputException.class)
        .hasMessage("--shards: STORE has no sequences of a shard 'none'; it has a.");
  }

  @Test
  void idWithACommaIsPutTogetherAgain() {
    Manifest odd = manifest(shard("a,b", 2, 0), shard("b", 2, 0), shard("c", 2, 0));
    DataChoice choice = ALL.among(List.of(), List.of("a", "b", "c"), null, 0);
    assertThat(DataSelection.of(choice, "STORE", odd).tokens()).containsOnlyKeys("b");
  }
}
