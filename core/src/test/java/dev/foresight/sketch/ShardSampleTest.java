package dev.foresight.sketch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The bottom-k sample of a shard (Cohen and Kaplan 2007): of any pieces the same. */
class ShardSampleTest {
  private static SampledRow row(long sequence, int position, long key) {
    return SampledRow.of(
        "a", new SampledPlaces.Place(sequence, position, key), new float[] {sequence, position});
  }

  private static List<Long> keys(List<SampledRow> rows) {
    return rows.stream().map(SampledRow::key).toList();
  }

  @Test
  void smallestKeysAreKeptPositionZeroApart() {
    List<SampledRow> stored =
        List.of(
            row(0, 0, 50), row(0, 1, 40), row(0, 2, -3), row(1, 0, -9), row(1, 1, 7), row(1, 2, 8));
    ShardSample<SampledRow> sample = ShardSample.of(stored, 2);
    assertThat(keys(sample.first())).containsExactly(-9L, 50L);
    assertThat(keys(sample.rest())).containsExactly(-3L, 7L);
  }

  @Test
  void fewerRowsThanAreKeptAreAllThereAre() {
    ShardSample<SampledRow> sample = ShardSample.of(List.of(row(0, 1, 5)), 3);
    assertThat(sample.first()).isEmpty();
    assertThat(sample.rest()).hasSize(1);
    assertThat(ShardSample.of(List.<SampledRow>of(), 3).rest()).isEmpty();
    assertThat(ShardSample.of(List.of(row(0, 1, 5)), 0).rest()).isEmpty();
  }

  @Test
  void rowThatIsGivenTwiceCountsOnce() {
    List<SampledRow> twice = List.of(row(0, 1, 5), row(0, 1, 5), row(0, 2, 6));
    assertThat(keys(ShardSample.of(twice, 2).rest())).containsExactly(5L, 6L);
  }

  /** Keys are hashes: two tokens may share one, and both are rows. */
  @Test
  void tokensOfOneKeyAreTwoRows() {
    List<SampledRow> same = List.of(row(3, 1, 5), row(2, 2, 5), row(2, 1, 5));
    assertThat(ShardSample.of(same, 3).rest())
        .extracting(r -> r.sequence() + ":" + r.position())
        .containsExactly("2:1", "2:2", "3:1");
  }

  /** Exact, commutative, associative, idempotent. */
  @Test
  void sampleOfSamplesIsTheSampleOfAll() {
    Random random = new Random(5);
    List<SampledRow> all = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      all.add(row(i, random.nextInt(4), random.nextLong()));
    }
    ShardSample<SampledRow> whole = ShardSample.of(all, 10);
    for (int round = 0; round < 20; round++) {
      Collections.shuffle(all, random);
      int cut = random.nextInt(all.size());
      List<SampledRow> parts = new ArrayList<>();
      for (List<SampledRow> part : List.of(all.subList(0, cut), all.subList(cut, all.size()))) {
        ShardSample<SampledRow> sample = ShardSample.of(part, 10);
        parts.addAll(sample.rest());
        parts.addAll(sample.first());
      }
      assertThat(ShardSample.of(parts, 10)).isEqualTo(whole);
    }
  }
}
