package dev.foresight.sketch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.foresight.sketch.SampledPlaces.Place;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SampledRowTest {
  private static float[] restored(SampledRow row) {
    float[] values = new float[row.halves().length];
    row.copyTo(values, 0);
    return values;
  }

  private static SampledRow row(String shard, long sequence, int position, float... values) {
    long key = SampledPlaces.key(0, shard, sequence, position);
    return SampledRow.of(shard, new Place(sequence, position, key), values);
  }

  @ParameterizedTest
  @ValueSource(floats = {1e-30f, 1e-6f, 1, 26_000, 1e30f})
  void valuesOfAnyMagnitudeKeepElevenBits(float magnitude) {
    Random random = new Random(5);
    float[] values = new float[64];
    for (int j = 0; j < values.length; j++) {
      values[j] = magnitude * (random.nextFloat() - 0.5f);
    }
    float[] back = restored(row("a", 0, 1, values));
    for (int j = 0; j < values.length; j++) {
      // half an ulp of fp16's 11 bits, or of its subnormals relative to the largest value
      assertThat(back[j])
          .isEqualTo(
              values[j], within(Math.max(Math.abs(values[j]) * 0x1p-11f, magnitude * 0x1p-38f)));
    }
  }

  @Test
  void rowOfZerosStaysZero() {
    assertThat(restored(row("a", 0, 1, 0, 0))).containsExactly(0, 0);
  }

  @Test
  void rowsOfAShardStandForItsTokensByWeight() {
    List<SampledRow> rows =
        Stream.of("a", "b")
            .flatMap(s -> IntStream.range(1, 41).mapToObj(p -> row(s, 0, p, p, -p)))
            .toList();
    RowMix mix =
        RowMix.of(
            rows,
            Map.of("a", new long[] {0, 300}, "b", new long[] {0, 100}),
            Map.of("b", 3.0),
            FirstPosition.EXCLUDE,
            20,
            256);
    // w·T is 300 for both: ten rows each, each row for 30 tokens
    assertThat(mix.rows().rows()).isEqualTo(20);
    assertThat(mix.weights()).containsOnly(30f);
  }

  @Test
  void mixTakesTheRowsOfSmallestKeyWhateverTheOrderOfArrival() {
    List<SampledRow> rows = IntStream.range(1, 100).mapToObj(p -> row("a", 0, p, p, 1)).toList();
    List<SampledRow> smallest = rows.stream().sorted().limit(7).toList();
    RowMix mix =
        RowMix.of(rows, Map.of("a", new long[] {1, 99}), Map.of(), FirstPosition.EXCLUDE, 7, 256);
    for (int i = 0; i < 7; i++) {
      assertThat(mix.rows().values()[2 * i]).isEqualTo(smallest.get(i).position());
    }
  }

  @Test
  void firstPositionKeepsAtLeastOneRow() {
    List<SampledRow> rows =
        IntStream.range(0, 100).mapToObj(p -> row("a", 0, p, p == 0 ? 1000 : 1)).toList();
    RowMix mix =
        RowMix.of(rows, Map.of("a", new long[] {1, 511}), Map.of(), FirstPosition.INCLUDE, 10, 256);
    assertThat(mix.rows().values()).contains(1000f);
    assertThat(mix.weights()[0]).isEqualTo(1f);
  }
}
