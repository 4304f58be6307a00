package dev.foresight.sketch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foresight.sketch.SampledPlaces.Place;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class RowsTest {
  private static final SliceId SLICE = new SliceId("a", 0);
  private static final SketchSettings SETTINGS = new SketchSettings(2, 3, 3);

  /** Rows (place, -place) of two channels, numbered through the slice. */
  private static Measured batch(int from, int rows) {
    float[] lines = new float[2 * rows];
    for (int i = 0; i < rows; i++) {
      lines[2 * i] = from + i;
      lines[2 * i + 1] = -(from + i);
    }
    return new Measured(1, 4, rows, Map.of("rows", lines));
  }

  private static List<SampledRow> slice(long first) {
    List<Place> places =
        SampledPlaces.choose(7, "a", LongStream.range(first, first + 2).boxed().toList(), 4, 3, 3);
    Statistic.Collector<List<SampledRow>> collector = Rows.ROWS.collector("a", places);
    collector.add(batch(0, 2));
    collector.add(batch(2, 0)); // a batch without any sampled token
    collector.add(batch(2, places.size() - 2));
    return collector.state();
  }

  @Test
  void linesOfAllBatchesAreTheSliceSPlacesInOrder() {
    List<SampledRow> rows = slice(0);
    for (int i = 0; i < rows.size(); i++) {
      float[] values = new float[2];
      rows.get(i).copyTo(values, 0);
      assertThat(values).containsExactly(i, -i);
    }
    assertThat(rows).hasSize(5).allMatch(row -> row.shard().equals("a"));
    assertThat(rows.stream().map(SampledRow::key))
        .isEqualTo(
            rows.stream()
                .map(row -> SampledPlaces.key(7, "a", row.sequence(), row.position()))
                .toList());
  }

  @Test
  void mergedSlicesAreTheShardSSampleByPlace() {
    List<SampledRow> merged = Rows.ROWS.merge(List.of(slice(0), slice(2), slice(4)), SETTINGS);
    List<Place> shard =
        SampledPlaces.choose(7, "a", LongStream.range(0, 6).boxed().toList(), 4, 3, 3);
    assertThat(merged.stream().map(SampledRow::key))
        .containsExactlyElementsOf(shard.stream().map(Place::key).toList());
    assertThat(Rows.ROWS.merge(List.of(merged, slice(2)), SETTINGS)).isEqualTo(merged);
  }

  @Test
  void rowsAreReadAsTheyWereWritten() {
    List<SampledRow> rows = slice(0);
    SliceExtent extent = new SliceExtent(SLICE, 2, 4, 2);
    assertThat(Rows.ROWS.state(Rows.ROWS.rows(rows), extent)).contains(rows);
    assertThat(Rows.ROWS.state(List.of(), extent)).contains(new ArrayList<>());
  }

  @Test
  void rowsOfOtherChannelsOrHalfAByteAreRefused() {
    List<Object[]> rows = Rows.ROWS.rows(slice(0));
    assertThatThrownBy(() -> Rows.ROWS.state(rows, new SliceExtent(SLICE, 2, 4, 3)))
        .hasMessage("2 channels are not 3");
    Object[] odd = {0L, 1, 5L, 1f, new byte[3]};
    assertThatThrownBy(
            () -> Rows.ROWS.state(List.<Object[]>of(odd), new SliceExtent(SLICE, 2, 4, 2)))
        .hasMessage("a row has 3 bytes and scale 1.0");
  }

  @Test
  void calibrationWithoutRowsKeepsNone() {
    assertThat(Rows.ROWS.isKept(new SketchSettings(2, 1, 0))).isTrue();
    assertThat(Rows.ROWS.isKept(new SketchSettings(2, 0, 5))).isFalse();
  }
}
