package dev.foresight.sketch;

import dev.foresight.Words;
import java.util.List;
import java.util.Optional;

/**
 * The statistic {@code sums}: T, Σ|x|, Σx, Σx² and max|x| of each channel, position 0 of each
 * sequence apart.
 */
public final class Sums implements Statistic<RoleSketch> {
  /** The statistic. */
  public static final Sums SUMS = new Sums();

  /** Σ|x|: [rest, position 0] x channels as the graph gives it, like the next three. */
  public static final String SUM_ABS = "sum_abs";

  /** Σx. */
  public static final String SUM = "sum";

  /** Σx². */
  public static final String SUM_SQUARE = "sum_square";

  /** max|x|, 0 where there are no tokens. */
  public static final String MAX_ABS = "max_abs";

  private static final String FIRST = "first";
  private static final String REST = "rest";

  private Sums() {}

  @Override
  public String name() {
    return "sums";
  }

  @Override
  public String option() {
    return "any options"; // every calibration keeps them
  }

  @Override
  public Granularity granularity() {
    return Granularity.SLICE;
  }

  @Override
  public boolean ofRoles() {
    return true;
  }

  @Override
  public boolean isKept(SketchSettings settings) {
    return true;
  }

  @Override
  public Collector<RoleSketch> collector(String shard, List<SampledPlaces.Place> places) {
    return new Collector<>() {
      private RoleSketch sketch;

      @Override
      public void add(Measured batch) {
        if (sketch == null) {
          sketch = RoleSketch.empty(batch.output(SUM).length / 2);
        }
        sketch.rest().add(batch.tokens() - batch.sequences(), batch, 0);
        sketch.first().add(batch.sequences(), batch, 1);
      }

      @Override
      public RoleSketch state() {
        return sketch;
      }
    };
  }

  @Override
  public RoleSketch merge(List<RoleSketch> states, SketchSettings settings) {
    RoleSketch merged = RoleSketch.empty(states.get(0).channels());
    states.forEach(merged::add);
    return merged;
  }

  @Override
  public List<Column> columns() {
    return List.of(
        new Column("stratum", Column.Type.TEXT),
        new Column("tokens", Column.Type.INT64),
        new Column(SUM_ABS, Column.Type.DOUBLES),
        new Column(SUM, Column.Type.DOUBLES),
        new Column(SUM_SQUARE, Column.Type.DOUBLES),
        new Column(MAX_ABS, Column.Type.FLOATS));
  }

  @Override
  public List<Object[]> rows(RoleSketch state) {
    return List.of(row(FIRST, state.first()), row(REST, state.rest()));
  }

  private static Object[] row(String stratum, ChannelSums sums) {
    return new Object[] {
      stratum, sums.tokens(), sums.sumAbs(), sums.sum(), sums.sumSquare(), sums.maxAbs()
    };
  }

  @Override
  public Optional<RoleSketch> state(List<Object[]> rows, SliceExtent extent) {
    ChannelSums first = null;
    ChannelSums rest = null;
    for (Object[] row : rows) {
      boolean isFirst = row[0].equals(FIRST);
      if (!isFirst && !row[0].equals(REST)) {
        throw new IllegalArgumentException(Words.format("there is no stratum '%s'", row[0]));
      }
      if ((isFirst ? first : rest) != null) {
        throw new IllegalArgumentException(Words.format("stratum %s stands twice", row[0]));
      }
      ChannelSums sums = sums(row, extent, isFirst);
      first = isFirst ? sums : first;
      rest = isFirst ? rest : sums;
    }
    return first == null || rest == null
        ? Optional.empty()
        : Optional.of(new RoleSketch(first, rest));
  }

  private static ChannelSums sums(Object[] row, SliceExtent extent, boolean first) {
    long tokens = (Long) row[1];
    if (tokens != extent.tokens(first)) {
      throw new IllegalArgumentException(
          Words.format("%d tokens are not those of %d sequences", tokens, extent.sequences()));
    }
    ChannelSums sums =
        new ChannelSums(
            tokens, (double[]) row[2], (double[]) row[3], (double[]) row[4], (float[]) row[5]);
    extent.requireChannels(sums.channels());
    return sums;
  }

  @Override
  public long heapBytes(int channels, SketchSettings settings) {
    return 2L * channels * (3 * Double.BYTES + Float.BYTES); // both strata
  }
}
