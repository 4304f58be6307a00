package dev.foresight.spark.store;

import static org.apache.parquet.filter2.predicate.FilterApi.eq;
import static org.apache.parquet.filter2.predicate.FilterApi.intColumn;

import dev.foresight.Words;
import dev.foresight.sketch.SliceExtent;
import dev.foresight.sketch.SliceId;
import dev.foresight.sketch.Statistic;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.hadoop.ParquetWriter;

/**
 * The files of one statistic in a store: a file a slice, a row group a block.
 *
 * @param <S> its state
 */
final class StatisticFiles<S> {
  private final Configuration conf;
  private final StoreFiles files;
  private final StoreFingerprint fingerprint;
  private final Statistic<S> statistic;
  private final StatisticTable table;

  StatisticFiles(
      Configuration conf, StoreFiles files, StoreFingerprint fingerprint, Statistic<S> statistic) {
    this.conf = conf;
    this.files = files;
    this.fingerprint = fingerprint;
    this.statistic = statistic;
    this.table = new StatisticTable(statistic);
  }

  /** Of the store. */
  StoreFingerprint fingerprint() {
    return fingerprint;
  }

  /**
   * Writes what a slice taught.
   *
   * @param blocks states by place, in order of block; every block has as many rows as the first
   * @return nothing where there is nothing to write
   */
  Optional<StoredFile> write(SliceId slice, List<Map<String, S>> blocks) throws IOException {
    List<String> places = fingerprint.places(statistic);
    int rowsOfBlock = 0;
    for (String place : places) {
      rowsOfBlock += statistic.rows(blocks.get(0).get(place)).size();
    }
    if (rowsOfBlock == 0) {
      return Optional.empty();
    }
    int group = rowsOfBlock;
    return Optional.of(
        files.write(
            statistic.name(),
            StoreFiles.stem(slice),
            file -> {
              try (ParquetWriter<StatisticTable.Row> writer = table.writer(conf, file, group)) {
                for (int block = 0; block < blocks.size(); block++) {
                  for (String place : places) {
                    for (Object[] values : statistic.rows(blocks.get(block).get(place))) {
                      writer.write(new StatisticTable.Row(slice, block, place, values));
                    }
                  }
                }
              }
            }));
  }

  /**
   * The states of one block.
   *
   * @return by place, then slice
   * @throws dev.foresight.InputException if a file is missing, damaged or not of its slice
   */
  Map<String, SortedMap<SliceId, S>> read(List<StoredSlice> slices, int block) throws IOException {
    Map<String, SortedMap<SliceId, S>> states = new LinkedHashMap<>();
    for (StoredSlice slice : slices) {
      Optional<StoredFile> file = slice.file(statistic);
      if (file.isPresent()) {
        read(slice, file.get(), block)
            .forEach(
                (place, state) ->
                    states.computeIfAbsent(place, p -> new TreeMap<>()).put(slice.id(), state));
      }
    }
    return states;
  }

  /** The same, merged over the slices. */
  Map<String, S> merged(List<StoredSlice> slices, int block) throws IOException {
    Map<String, S> merged = new LinkedHashMap<>();
    read(slices, block)
        .forEach(
            (place, states) ->
                merged.put(
                    place, statistic.merge(List.copyOf(states.values()), fingerprint.sketch())));
    return merged;
  }

  private Map<String, S> read(StoredSlice slice, StoredFile file, int block) throws IOException {
    Map<String, List<Object[]>> rows = new HashMap<>();
    fingerprint.places(statistic).forEach(place -> rows.put(place, new ArrayList<>()));
    files.read(
        table,
        file,
        slice.shard(),
        Optional.of(eq(intColumn("block"), block)),
        row -> rowsOf(slice, row, rows).add(row.values()));
    Map<String, S> states = new LinkedHashMap<>();
    for (String place : fingerprint.places(statistic)) {
      states.put(place, state(slice, file, block, place, rows.get(place)));
    }
    return states;
  }

  private static List<Object[]> rowsOf(
      StoredSlice slice, StatisticTable.Row row, Map<String, List<Object[]>> rows) {
    if (!row.slice().shard().equals(slice.shard())) {
      throw new IllegalArgumentException(
          Words.format("a row is of shard '%s'", row.slice().shard()));
    }
    List<Object[]> known = rows.get(row.place());
    if (known == null) {
      throw new IllegalArgumentException(Words.format("there is no role '%s'", row.place()));
    }
    return known;
  }

  private S state(
      StoredSlice slice, StoredFile file, int block, String place, List<Object[]> rows) {
    SliceExtent extent =
        new SliceExtent(
            slice.id(),
            slice.sequences(),
            fingerprint.packing().sequenceLength(),
            fingerprint.channels(place));
    try {
      return statistic
          .state(rows, extent)
          .orElseThrow(
              () ->
                  files.refused(
                      file,
                      slice.shard(),
                      Words.format("lacks %s of block %d", place, block),
                      null));
    } catch (IllegalArgumentException e) {
      throw files.refused(
          file,
          slice.shard(),
          Words.format("can't be read (%s of block %d: %s)", place, block, e.getMessage()),
          e);
    }
  }
}
