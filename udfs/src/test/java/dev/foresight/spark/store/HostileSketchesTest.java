package dev.foresight.spark.store;

import static dev.foresight.spark.store.SmallShards.CONF;

import dev.foresight.InputException;
import dev.foresight.hostile.HostileCases;
import dev.foresight.hostile.HostileCases.Case;
import dev.foresight.hostile.Spoiler;
import dev.foresight.model.Role;
import dev.foresight.sketch.FirstPosition;
import dev.foresight.sketch.RowMix;
import dev.foresight.sketch.Rows;
import dev.foresight.sketch.SampledRow;
import dev.foresight.sketch.SketchFold;
import dev.foresight.sketch.SliceExtent;
import dev.foresight.sketch.SliceId;
import dev.foresight.sketch.Sums;
import dev.foresight.spark.ObjectStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.fs.Path;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.config.Configurator;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.util.HadoopOutputFile;
import org.apache.parquet.io.api.Binary;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/**
 * Sketch files that are not what a commit would name: bytes spoilt, and right Parquet of wrong
 * rows. Checksums are left out, as in stores of version 1, or nothing would reach the readers.
 */
@Timeout(value = 900, unit = TimeUnit.SECONDS, threadMode = ThreadMode.SEPARATE_THREAD)
class HostileSketchesTest {
  private static final int SLOWER = 10; // than JSON
  // Buffers and codecs, and what Parquet's reader takes at the word of a page header: up to 100 MiB
  // (Util.DEFAULT_MAX_MESSAGE_SIZE of parquet-format).
  private static final long PARQUET_BYTES = 128 << 20;
  // Parquet asserts some of what it reads, which only tests turn on.
  private static final Set<Class<?>> OF_PARQUET = Set.of(IOException.class, AssertionError.class);
  private static final SliceId SLICE = new SliceId("a", 0);

  private static final StatisticTable SUMS_TABLE = new StatisticTable(Sums.SUMS);
  private static final StatisticTable ROWS_TABLE = new StatisticTable(Rows.ROWS);
  private static final String ROOT = "objects://bucket/store";

  private StoredSlice slice;
  private String sums;
  private String rows;

  /** Parquet tells of each offset that it could not read, and reads on without. */
  @BeforeAll
  static void hush() {
    Configurator.setLevel("org.apache.parquet", Level.ERROR);
  }

  @BeforeEach
  void write() throws IOException {
    ObjectStore.install(CONF);
    SmallShards.add(ROOT, SmallShards.packed("a", 2, "text of a"));
    StoredSlice good = new SketchStore(CONF, ROOT).manifest().slices().get(0);
    sums = "/store/" + good.files().get("sums").name();
    rows = "/store/" + good.files().get("rows").name();
    Map<String, StoredFile> unchecked = new TreeMap<>();
    good.files().forEach((name, file) -> unchecked.put(name, StoredFile.unchecked(file.name())));
    slice = good.with(unchecked);
  }

  /** Reads a block and uses it as a search does. */
  private void use() throws IOException {
    SketchStore sketches = new SketchStore(CONF, ROOT);
    sketches
        .readSums(List.of(slice), 0)
        .values()
        .forEach(fold -> fold.moments(FirstPosition.INCLUDE, Map.of()));
    sketches
        .readRows(List.of(slice), 0)
        .values()
        .forEach(
            rows ->
                RowMix.of(
                    rows, Map.of("a", new long[] {2, 6}), Map.of(), FirstPosition.INCLUDE, 8, 3));
  }

  @Test
  void spoiltParquetIsReadOrRefused() throws IOException {
    byte[] goodSums = ObjectStore.get(sums);
    byte[] goodRows = ObjectStore.get(rows);
    HostileCases.runSome(
        "Parquet file",
        SLOWER,
        PARQUET_BYTES,
        OF_PARQUET,
        spoiler -> {
          boolean spoilSums = spoiler.pick(2) == 0;
          ObjectStore.put(sums, spoilSums ? spoiler.bytes(goodSums) : goodSums);
          ObjectStore.put(rows, spoilSums ? goodRows : spoiler.bytes(goodRows));
          return new Case(goodSums.length + goodRows.length, this::use);
        },
        690,
        2222,
        3267,
        8085);
  }

  @Test
  void spoiltRowsAreReadOrRefused() throws IOException {
    StoreFingerprint fingerprint = new SketchStore(CONF, ROOT).manifest().fingerprint();
    HostileCases.run(
        "sketch row",
        spoiler -> {
          List<Group> sumsOfBlock = new ArrayList<>();
          for (Role role : Role.values()) {
            sumsOfBlock.add(sumsGroup(role, true, spoiler));
            sumsOfBlock.add(sumsGroup(role, false, spoiler));
          }
          Group row = rowGroup(spoiler);
          return new Case(1000, () -> use(fingerprint, sumsOfBlock, row));
        });
  }

  /** What the store does with the rows of a file, one by one, and then a search. */
  private void use(StoreFingerprint fingerprint, List<Group> groups, Group group) {
    Map<String, List<Object[]>> byRole = new TreeMap<>();
    SampledRow stored;
    try {
      for (Group of : groups) {
        StatisticTable.Row row = SUMS_TABLE.read(of);
        byRole.computeIfAbsent(row.place(), role -> new ArrayList<>()).add(row.values());
      }
      byRole.forEach(
          (role, rows) ->
              Sums.SUMS
                  .state(rows, extent(fingerprint, role))
                  .ifPresent(
                      sketch -> {
                        SketchFold fold = new SketchFold(sketch.channels());
                        fold.add(SLICE, sketch);
                        fold.moments(FirstPosition.EXCLUDE, Map.of());
                      }));
      StatisticTable.Row row = ROWS_TABLE.read(group);
      List<Object[]> values = List.<Object[]>of(row.values());
      stored = Rows.ROWS.state(values, extent(fingerprint, row.place())).orElseThrow().get(0);
    } catch (RuntimeException e) { // as the store does
      throw new InputException("refused: " + e, e);
    }
    RowMix.of(
        List.of(stored), Map.of("a", new long[] {2, 6}), Map.of(), FirstPosition.INCLUDE, 8, 3);
  }

  private SliceExtent extent(StoreFingerprint fingerprint, String role) {
    return new SliceExtent(
        SLICE,
        slice.sequences(),
        fingerprint.packing().sequenceLength(),
        fingerprint.channels(role));
  }

  private static Group sumsGroup(Role role, boolean first, Spoiler spoiler) {
    Group group = new SimpleGroup(SUMS_TABLE.schema());
    group.append("shard", "a").append("slice", 0).append("block", 0);
    group.append("role", spoiler.pick(60) == 0 ? spoiler.text() : role.key());
    group.append("stratum", spoiler.pick(60) == 0 ? spoiler.text() : first ? "first" : "rest");
    group.append("tokens", spoiler.pick(60) == 0 ? spoiler.size() : first ? 2L : 6L);
    for (String list : List.of("sum_abs", "sum", "sum_square")) {
      Group values = group.addGroup(list);
      for (int j = channels(role, spoiler); j > 0; j--) {
        values.addGroup("list").append("element", number(spoiler));
      }
    }
    Group values = group.addGroup("max_abs");
    for (int j = channels(role, spoiler); j > 0; j--) {
      values.addGroup("list").append("element", (float) number(spoiler));
    }
    return group;
  }

  private static Group rowGroup(Spoiler spoiler) {
    Role role = spoiler.pick(List.of(Role.values()));
    int length = 2 * channels(role, spoiler) + (spoiler.pick(20) == 0 ? 1 : 0);
    return new SimpleGroup(ROWS_TABLE.schema())
        .append("shard", spoiler.pick(10) == 0 ? spoiler.text() : "a")
        .append("block", 0)
        .append("role", spoiler.pick(10) == 0 ? spoiler.text() : role.key())
        .append("sequence", spoiler.size())
        .append("position", (int) spoiler.size())
        .append("key", spoiler.size())
        .append("scale", spoiler.pick(10) == 0 ? (float) number(spoiler) : 1)
        .append("halves", Binary.fromConstantByteArray(spoiler.noise(length)));
  }

  private static double number(Spoiler spoiler) {
    return spoiler.pick(30) == 0
        ? spoiler.pick(List.of(Double.NaN, Double.POSITIVE_INFINITY, -1.0, 1e308, 0.0))
        : spoiler.pick(100);
  }

  @Test
  void wrongRowsInRightParquetAreReadOrRefused() throws IOException {
    HostileCases.runSome(
        "Parquet row",
        SLOWER,
        PARQUET_BYTES,
        Set.of(),
        spoiler -> {
          ObjectStore.remove(sums);
          ObjectStore.remove(rows);
          writeSums(sums, spoiler);
          writeRows(rows, spoiler);
          return new Case(ObjectStore.get(sums).length + ObjectStore.get(rows).length, this::use);
        });
  }

  private static void writeSums(String file, Spoiler spoiler) throws IOException {
    try (ParquetWriter<StatisticTable.Row> writer = SUMS_TABLE.writer(CONF, out(file), 8)) {
      for (Role role : Role.values()) {
        for (boolean first : new boolean[] {true, false}) {
          if (spoiler.pick(40) > 0) {
            int channels = channels(role, spoiler);
            long tokens = spoiler.pick(20) == 0 ? spoiler.size() : first ? 2 : 6;
            int block = block(spoiler);
            double[] values = numbers(channels, spoiler);
            Object[] row = {
              first ? "first" : "rest", tokens, values, values, values, new float[channels]
            };
            writer.write(new StatisticTable.Row(SLICE, block, role.key(), row));
          }
        }
      }
    }
  }

  private static double[] numbers(int channels, Spoiler spoiler) {
    double[] values = new double[channels];
    for (int j = 0; j < channels; j++) {
      values[j] = number(spoiler);
    }
    return values;
  }

  private static void writeRows(String file, Spoiler spoiler) throws IOException {
    List<StatisticTable.Row> stored = new ArrayList<>();
    for (Role role : Role.values()) {
      for (int n = spoiler.pick(4); n > 0; n--) {
        String shard = spoiler.pick(20) == 0 ? spoiler.pick(List.of("b", "%", "../a")) : "a";
        Object[] row = {
          spoiler.pick(20) == 0 ? spoiler.size() : (long) spoiler.pick(2),
          spoiler.pick(20) == 0 ? (int) spoiler.size() : spoiler.pick(4),
          spoiler.size(),
          spoiler.pick(20) == 0
              ? spoiler.pick(List.of(0f, -1f, Float.NaN, Float.POSITIVE_INFINITY))
              : 1f,
          new byte[2 * channels(role, spoiler)]
        };
        int block = block(spoiler);
        stored.add(new StatisticTable.Row(new SliceId(shard, 0), block, role.key(), row));
      }
    }
    try (ParquetWriter<StatisticTable.Row> writer = ROWS_TABLE.writer(CONF, out(file), 16)) {
      for (StatisticTable.Row row : stored) {
        writer.write(row);
      }
    }
  }

  private static int channels(Role role, Spoiler spoiler) {
    return spoiler.pick(30) == 0 ? spoiler.pick(9) : 3 + role.ordinal();
  }

  private static int block(Spoiler spoiler) {
    return spoiler.pick(30) == 0 ? (int) spoiler.size() : 0;
  }

  private static HadoopOutputFile out(String file) throws IOException {
    return HadoopOutputFile.fromPath(new Path("objects://bucket" + file), CONF);
  }
}
