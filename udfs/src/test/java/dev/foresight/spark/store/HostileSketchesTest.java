package dev.foresight.spark.store;

import static dev.foresight.spark.store.SmallShards.CONF;

import dev.foresight.hostile.HostileCases;
import dev.foresight.hostile.HostileCases.Case;
import dev.foresight.hostile.Spoiler;
import dev.foresight.model.Role;
import dev.foresight.sketch.ChannelSums;
import dev.foresight.sketch.FirstPosition;
import dev.foresight.sketch.RowMix;
import dev.foresight.sketch.SampledRow;
import dev.foresight.sketch.SliceId;
import dev.foresight.spark.store.RowsTable.StoredRow;
import dev.foresight.spark.store.SumsTable.SumsRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.config.Configurator;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.util.HadoopOutputFile;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * Sketch files that are not what a commit would name: bytes spoilt, and right Parquet of wrong rows.
 * Checksums are left out, as in stores of version 1, or nothing would reach the readers.
 */
@Timeout(value = 900, unit = TimeUnit.SECONDS, threadMode = ThreadMode.SEPARATE_THREAD)
class HostileSketchesTest {
  private static final int SLOWER = 10; // than JSON
  private static final long PARQUET_BYTES = 48 << 20; // buffers and codecs, whatever is read
  private static final SliceId SLICE = new SliceId("a", 0);

  @TempDir private Path folder;
  private Path store;
  private StoredSlice slice;

  /** Parquet tells of each offset that it could not read, and reads on without. */
  @BeforeAll
  static void hush() {
    Configurator.setLevel("org.apache.parquet", Level.ERROR);
  }

  @BeforeEach
  void write() throws IOException {
    store = folder.resolve("store");
    SmallShards.add(store.toString(), SmallShards.packed("a", 2, "text of a"));
    StoredSlice good = new SketchStore(CONF, store.toString()).manifest().slices().get(0);
    slice =
        new StoredSlice(
            "a",
            0,
            0,
            2,
            List.of(),
            StoredFile.unchecked(good.sums().name()),
            StoredFile.unchecked(good.rows().name()));
  }

  /** Reads a block and uses it as a search does. */
  private void use() throws IOException {
    SketchStore sketches = new SketchStore(CONF, store.toString());
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
    Path sums = store.resolve(slice.sums().name());
    Path rows = store.resolve(slice.rows().name());
    byte[] goodSums = Files.readAllBytes(sums);
    byte[] goodRows = Files.readAllBytes(rows);
    HostileCases.runSome(
        "Parquet file",
        SLOWER,
        PARQUET_BYTES,
        Set.of(IOException.class),
        spoiler -> {
          boolean spoilSums = spoiler.pick(2) == 0;
          Files.write(sums, spoilSums ? spoiler.bytes(goodSums) : goodSums);
          Files.write(rows, spoilSums ? goodRows : spoiler.bytes(goodRows));
          return new Case(goodSums.length + goodRows.length, this::use);
        });
  }

  @Test
  void wrongRowsInRightParquetAreReadOrRefused() throws IOException {
    Path sums = store.resolve(slice.sums().name());
    Path rows = store.resolve(slice.rows().name());
    HostileCases.runSome(
        "sketch row",
        SLOWER,
        PARQUET_BYTES,
        Set.of(),
        spoiler -> {
          Files.delete(sums);
          Files.delete(rows);
          writeSums(sums, spoiler);
          writeRows(rows, spoiler);
          return new Case(Files.size(sums) + Files.size(rows), this::use);
        });
  }

  private static void writeSums(Path file, Spoiler spoiler) throws IOException {
    SumsTable table = new SumsTable();
    try (ParquetWriter<SumsRow> writer = table.writer(CONF, out(file), SumsTable.ROWS_OF_BLOCK)) {
      for (Role role : Role.values()) {
        for (boolean first : new boolean[] {true, false}) {
          if (spoiler.pick(40) > 0) {
            int channels = channels(role, spoiler);
            long tokens = spoiler.pick(20) == 0 ? spoiler.size() : first ? 2 : 6;
            writer.write(new SumsRow(SLICE, block(spoiler), role, first, sums(tokens, channels, spoiler)));
          }
        }
      }
    }
  }

  private static ChannelSums sums(long tokens, int channels, Spoiler spoiler) {
    double[] values = new double[channels];
    for (int j = 0; j < channels; j++) {
      values[j] =
          spoiler.pick(30) == 0
              ? spoiler.pick(List.of(Double.NaN, Double.POSITIVE_INFINITY, -1.0, 1e308))
              : spoiler.pick(100);
    }
    return new ChannelSums(tokens, values, values, values, new float[channels]);
  }

  private static void writeRows(Path file, Spoiler spoiler) throws IOException {
    List<StoredRow> stored = new ArrayList<>();
    for (Role role : Role.values()) {
      for (int n = spoiler.pick(4); n > 0; n--) {
        SampledRow row =
            new SampledRow(
                spoiler.pick(20) == 0 ? spoiler.pick(List.of("b", "", "../a")) : "a",
                spoiler.pick(20) == 0 ? spoiler.size() : spoiler.pick(2),
                spoiler.pick(20) == 0 ? (int) spoiler.size() : spoiler.pick(4),
                spoiler.size(),
                spoiler.pick(20) == 0
                    ? spoiler.pick(List.of(0f, -1f, Float.NaN, Float.POSITIVE_INFINITY))
                    : 1,
                new short[channels(role, spoiler)]);
        stored.add(new StoredRow(block(spoiler), role, row));
      }
    }
    try (ParquetWriter<StoredRow> writer = new RowsTable().writer(CONF, out(file), 16)) {
      for (StoredRow row : stored) {
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

  private static HadoopOutputFile out(Path file) throws IOException {
    return HadoopOutputFile.fromPath(new org.apache.hadoop.fs.Path(file.toUri()), CONF);
  }
}
