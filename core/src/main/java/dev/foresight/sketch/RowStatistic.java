package dev.foresight.sketch;

import dev.foresight.sketch.SampledPlaces.Place;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A statistic of sampled rows. Its graph nodes have one output, under its own name, with a line for
 * each selected token.
 *
 * @param <R> what is kept of a token
 */
abstract class RowStatistic<R extends Sampled> implements Statistic<List<R>> {
  private static final Comparator<Sampled> BY_PLACE =
      Comparator.comparingLong(Sampled::sequence).thenComparingInt(Sampled::position);
  private static final List<Column> OF_TOKEN =
      List.of(
          new Column("sequence", Column.Type.INT64),
          new Column("position", Column.Type.INT32),
          new Column("key", Column.Type.INT64));

  /**
   * What is kept of a token.
   *
   * @param values its line of the graph's output
   */
  abstract R row(String shard, Place place, float[] values);

  /** Columns behind those that name the token. */
  abstract List<Column> valueColumns();

  /** Values of these columns. */
  abstract Object[] values(R row);

  /**
   * What {@link #values} wrote.
   *
   * @throws IllegalArgumentException if the values can't be of this place
   */
  abstract R row(String shard, Place place, Object[] values, SliceExtent extent);

  @Override
  public final Granularity granularity() {
    return Granularity.ROW;
  }

  /** Lines come in the order of places, batch after batch. */
  @Override
  public final Collector<List<R>> collector(String shard, List<Place> places) {
    List<R> rows = new ArrayList<>();
    return new Collector<>() {
      @Override
      public void add(Measured batch) {
        float[] lines = batch.output(name());
        for (int i = 0; i < batch.rows(); i++) {
          int width = lines.length / batch.rows();
          float[] line = Arrays.copyOfRange(lines, i * width, (i + 1) * width);
          rows.add(row(shard, places.get(rows.size()), line));
        }
      }

      @Override
      public List<R> state() {
        return rows;
      }
    };
  }

  /** Those that belong to the shard's sample, by place. */
  @Override
  public final List<R> merge(List<List<R>> states, SketchSettings settings) {
    ShardSample<R> sample =
        ShardSample.of(states.stream().flatMap(List::stream).toList(), settings.rows());
    return Stream.concat(sample.first().stream(), sample.rest().stream()).sorted(BY_PLACE).toList();
  }

  @Override
  public final List<Column> columns() {
    return Stream.concat(OF_TOKEN.stream(), valueColumns().stream()).toList();
  }

  @Override
  public final List<Object[]> rows(List<R> state) {
    return state.stream()
        .map(
            row ->
                Stream.concat(
                        Stream.of(row.sequence(), row.position(), row.key()),
                        Arrays.stream(values(row)))
                    .toArray())
        .toList();
  }

  @Override
  public final Optional<List<R>> state(List<Object[]> rows, SliceExtent extent) {
    List<R> state = new ArrayList<>();
    for (Object[] row : rows) {
      Place place = new Place((Long) row[0], (Integer) row[1], (Long) row[2]);
      Object[] values = Arrays.copyOfRange(row, OF_TOKEN.size(), row.length);
      state.add(row(extent.slice().shard(), place, values, extent));
    }
    return Optional.of(state);
  }
}
