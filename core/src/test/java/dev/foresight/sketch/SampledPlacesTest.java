package dev.foresight.sketch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.foresight.Hashing;
import dev.foresight.sketch.SampledPlaces.Place;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

// numbers: python xxhash 4.1.0, xxh64_intdigest(struct.pack('<qi', sequence, position)
// + shard.encode(), seed), read as a signed 64-bit number
class SampledPlacesTest {
  @ParameterizedTest
  @CsvSource({
    "0, code, 0, 0, -8562263264496182347",
    "0, code, 0, 1, -1230314646181882777",
    "7, legal, 12, 511, -5112037692356603806",
    "9223372036854775807, день/1, 3000000000, 2047, 3033602752736532548"
  })
  void keyIsXxHash64OfTheFixedLayout(
      long seed, String shard, long sequence, int position, long expected) {
    assertThat(SampledPlaces.key(seed, shard, sequence, position)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "'', 0, -1205034819632174695",
    "a document, 0, 7499594372830849672",
    "ein Döcument, 42, -6492076720047341696"
  })
  void textIsHashedAsUtf8(String text, long seed, long expected) {
    assertThat(Hashing.xxHash64(seed, text)).isEqualTo(expected);
  }

  private static List<Long> sequences(long from, long to) {
    return LongStream.range(from, to).boxed().toList();
  }

  @Test
  void smallestKeysOfEachStratumAreChosenInOrderOfPlace() {
    assertThat(SampledPlaces.choose(3, "s", List.of(4L, 5L), 16, 5, 1))
        .containsExactly(
            new Place(4, 5, -5518451998897822559L),
            new Place(4, 9, -7147267309930644524L),
            new Place(4, 10, -5954160296862804982L),
            new Place(5, 0, -3933845583755537371L),
            new Place(5, 6, -8742350718847065523L),
            new Place(5, 14, -6239759244741200816L));
  }

  @Test
  void unionOfTwoSlicesHoldsTheSampleOfTheirTokensTogether() {
    List<Place> whole = SampledPlaces.choose(0, "s", sequences(0, 8), 32, 20, 3);
    TreeSet<Long> union = new TreeSet<>();
    for (List<Long> slice : List.of(sequences(0, 3), sequences(3, 8))) {
      SampledPlaces.choose(0, "s", slice, 32, 20, 3).forEach(p -> union.add(p.key()));
    }
    assertThat(union).containsAll(whole.stream().map(Place::key).toList());
  }

  @Test
  void sliceWithFewerTokensThanRowsKeepsThemAll() {
    assertThat(SampledPlaces.choose(0, "s", sequences(0, 2), 4, 100, 100)).hasSize(8);
  }
}
