package dev.foresight.sketch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Two shards whose every token was stored: a of 8 sequences of 4 tokens and b of 2. A row's value
 * is its shard's number, 1 or 2, so that sums of the mix are sums over the text.
 */
class RowMixTest {
  private static final Map<String, long[]> TOKENS =
      Map.of("a", new long[] {8, 24}, "b", new long[] {2, 6});

  private final List<SampledRow> stored = new ArrayList<>();

  private void store(String shard, int sequences, float value) {
    Random keys = new Random(shard.hashCode());
    for (long s = 0; s < sequences; s++) {
      for (int p = 0; p < 4; p++) {
        stored.add(
            SampledRow.of(
                shard, new SampledPlaces.Place(s, p, keys.nextLong()), new float[] {value}));
      }
    }
  }

  private RowMix mix(Map<String, Double> weights, FirstPosition position, int wanted, int kept) {
    if (stored.isEmpty()) {
      store("a", 8, 1);
      store("b", 2, 2);
    }
    return RowMix.of(stored, TOKENS, weights, position, wanted, kept);
  }

  /** Rows of a shard, and what they stand for together. */
  private static double[] of(RowMix mix, float shard) {
    double rows = 0;
    double tokens = 0;
    for (int i = 0; i < mix.weights().length; i++) {
      if (mix.rows().values()[i] == shard) {
        rows++;
        tokens += mix.weights()[i];
      }
    }
    return new double[] {rows, tokens};
  }

  /** 24 and 6 tokens behind position 0: of 10 rows a gets 8 and b 2, each row of 3 tokens. */
  @Test
  void shardsShareTheRowsByTheirTokens() {
    RowMix mix = mix(Map.of(), FirstPosition.EXCLUDE, 10, 100);
    assertThat(of(mix, 1)).containsExactly(8, 24);
    assertThat(of(mix, 2)).containsExactly(2, 6);
    assertThat(mix.weights()).containsOnly(3f);
  }

  /** b counts four times: 24 and 24. */
  @Test
  void weightedShardGetsRowsAsIfItHadSoManyTokens() {
    RowMix mix = mix(Map.of("b", 4.0), FirstPosition.EXCLUDE, 8, 100);
    assertThat(of(mix, 1)).containsExactly(4, 24);
    assertThat(of(mix, 2)).containsExactly(4, 24);
  }

  /** All that counts stands behind the rows, however few there are. */
  @Test
  void rowsStandForAllTokensTogether() {
    for (int wanted : new int[] {4, 7, 13, 40, 1000}) {
      double all = 0;
      for (float weight : mix(Map.of(), FirstPosition.INCLUDE, wanted, 100).weights()) {
        all += weight;
      }
      assertThat(all).as("of %d rows", wanted).isCloseTo(40, within(1e-4));
    }
  }

  @Test
  void smallCellHasARowWhereFewAreWanted() {
    RowMix mix = mix(Map.of(), FirstPosition.INCLUDE, 1, 100);
    assertThat(mix.weights()).as("both strata of both shards").hasSize(4);
    assertThat(mix.weights()).containsExactlyInAnyOrder(8, 24, 2, 6);
  }

  @Test
  void shardThatWeighsNothingHasNoRows() {
    RowMix mix = mix(Map.of("a", 0.0), FirstPosition.EXCLUDE, 10, 100);
    assertThat(of(mix, 1)).containsExactly(0, 0);
    assertThat(of(mix, 2)).as("all that are stored").containsExactly(6, 6);
  }

  /** A store of several slices has more rows than belong to its shard's sample. */
  @Test
  void onlyTheShardsSampleIsTakenFrom() {
    RowMix mix = mix(Map.of(), FirstPosition.EXCLUDE, 1000, 3);
    assertThat(of(mix, 1)).containsExactly(3, 24);
    assertThat(of(mix, 2)).containsExactly(3, 6);
  }

  @Test
  void orderOfArrivalChangesNothing() {
    RowMix first = mix(Map.of(), FirstPosition.INCLUDE, 9, 100);
    Collections.shuffle(stored, new Random(3));
    RowMix second = mix(Map.of(), FirstPosition.INCLUDE, 9, 100);
    assertThat(second.rows().values()).isEqualTo(first.rows().values());
    assertThat(second.weights()).isEqualTo(first.weights());
  }
}
