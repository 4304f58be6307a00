package dev.foresight.spark.functions;

import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.sketch.ChannelSums;
import dev.foresight.sketch.Sums;
import java.io.Serializable;
import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Encoder;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Aggregator;
import org.apache.spark.sql.types.StructType;

/**
 * Merges the sums of slices.
 *
 * <p>Rows are kept until all are there and then added in order, over the slices of each stratum,
 * over the strata of each shard, over shards, as {@code quantize} adds them: the result has the
 * same bits whatever order Spark brings them in. So a group holds all its rows, 28 bytes a channel
 * and row.
 */
public final class SumsMerger extends Aggregator<Row, SumsMerger.Slices, Row> {
  private static final long serialVersionUID = 1L;

  /** Arguments in order: columns of a store's table of sums. */
  static final StructType INPUT =
      StructType.fromDDL("shard STRING, slice INT, stratum STRING, " + columns());

  private static String columns() {
    return MergedSums.TYPE.toDDL();
  }

  private record Key(String shard, int slice, String stratum)
      implements Comparable<Key>, Serializable {
    private static final Comparator<Key> ORDER =
        Comparator.comparing(Key::shard).thenComparing(Key::slice).thenComparing(Key::stratum);

    @Override
    public int compareTo(Key other) {
      return ORDER.compare(this, other);
    }
  }

  /** Rows seen so far; public because Spark asks it of what it serializes. */
  public static final class Slices implements Serializable {
    private static final long serialVersionUID = 1L;

    private final TreeMap<Key, ChannelSums> rows = new TreeMap<>();

    private void add(Key key, ChannelSums sums) {
      if (rows.putIfAbsent(key, sums) != null) {
        throw new InputException(
            Words.format(
                "foresight_merge: slice %d of shard %s (%s) comes twice, so its tokens would count twice: GROUP BY block, role, and read no slice from two files.",
                key.slice(), key.shard(), key.stratum()));
      }
      int channels = rows.firstEntry().getValue().channels();
      if (sums.channels() != channels) {
        throw new InputException(
            Words.format(
                "foresight_merge: sums of %d and of %d channels don't merge: GROUP BY block, role.",
                channels, sums.channels()));
      }
    }
  }

  @Override
  public Slices zero() {
    return new Slices();
  }

  @Override
  public Slices reduce(Slices slices, Row row) {
    if (row.anyNull()) {
      throw new InputException("foresight_merge: a row of sums has a null column.");
    }
    slices.add(
        new Key(row.getString(0), row.getInt(1), row.getString(2)),
        new ChannelSums(
            row.getLong(3),
            MergedSums.doubles(row, Sums.SUM_ABS),
            MergedSums.doubles(row, Sums.SUM),
            MergedSums.doubles(row, Sums.SUM_SQUARE),
            MergedSums.floats(row, Sums.MAX_ABS)));
    return slices;
  }

  @Override
  public Slices merge(Slices slices, Slices other) {
    other.rows.forEach(slices::add);
    return slices;
  }

  @Override
  public Row finish(Slices slices) {
    int channels = slices.rows.isEmpty() ? 0 : slices.rows.firstEntry().getValue().channels();
    Map<String, Map<String, ChannelSums>> shards = new TreeMap<>(); // by shard, then stratum
    slices.rows.forEach(
        (key, sums) ->
            shards
                .computeIfAbsent(key.shard(), shard -> new TreeMap<>())
                .computeIfAbsent(key.stratum(), stratum -> new ChannelSums(channels))
                .add(sums));
    ChannelSums all = new ChannelSums(channels);
    for (Map<String, ChannelSums> strata : shards.values()) {
      ChannelSums shard = new ChannelSums(channels);
      strata.values().forEach(shard::add);
      all.add(shard);
    }
    return MergedSums.row(all);
  }

  @Override
  public Encoder<Slices> bufferEncoder() {
    return Encoders.javaSerialization(Slices.class);
  }

  @Override
  public Encoder<Row> outputEncoder() {
    return Encoders.row(MergedSums.TYPE);
  }
}
