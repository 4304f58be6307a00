package dev.foresight.spark.store;

import static dev.foresight.spark.store.SmallShards.CONF;
import static org.assertj.core.api.Assertions.assertThat;

import dev.foresight.sketch.Rows;
import dev.foresight.sketch.SliceId;
import dev.foresight.sketch.Sums;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.apache.parquet.column.Encoding;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.filter2.predicate.FilterApi;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.GroupReadSupport;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.hadoop.util.HadoopInputFile;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Parquet files of a store as Parquet's own reader sees them. */
class TablesTest {
  @TempDir private Path folder;

  private org.apache.hadoop.fs.Path path(String name) {
    return new org.apache.hadoop.fs.Path(folder.resolve(name).toUri());
  }

  private <R> DigestedFile write(Table<R> table, String name, int group, List<R> rows)
      throws IOException {
    DigestedFile file = new DigestedFile(path(name), CONF);
    try (ParquetWriter<R> writer = table.writer(CONF, file, group)) {
      for (R row : rows) {
        writer.write(row);
      }
    }
    return file;
  }

  private List<Group> groups(String name) throws IOException {
    List<Group> found = new ArrayList<>();
    try (ParquetReader<Group> reader =
        ParquetReader.builder(new GroupReadSupport(), path(name)).withConf(CONF).build()) {
      for (Group group = reader.read(); group != null; group = reader.read()) {
        found.add(group);
      }
    }
    return found;
  }

  private ParquetFileReader open(String name) throws IOException {
    return ParquetFileReader.open(HadoopInputFile.fromPath(path(name), CONF));
  }

  private static List<SequencesTable.Sequence> sequences(int count) {
    List<SequencesTable.Sequence> rows = new ArrayList<>();
    for (int s = 0; s < count; s++) {
      rows.add(new SequencesTable.Sequence("ü/1", s, new int[] {s, -s, Integer.MAX_VALUE}));
    }
    return rows;
  }

  @Test
  void sequencesHaveTheColumnsThatOtherProgramsRelyOn() throws IOException {
    write(new SequencesTable(), "s.parquet", 10, sequences(1));
    MessageType documented =
        MessageTypeParser.parseMessageType(
            """
            message sequences {
              required binary shard (STRING);
              required int64 sequence;
              required group tokens (LIST) {
                repeated group list { required int32 element; }
              }
            }
            """);
    try (ParquetFileReader reader = open("s.parquet")) {
      assertThat(reader.getFileMetaData().getSchema()).isEqualTo(documented);
    }
    Group row = groups("s.parquet").get(0);
    assertThat(row.getString("shard", 0)).isEqualTo("ü/1");
    assertThat(row.getGroup("tokens", 0).getGroup("list", 2).getInteger("element", 0))
        .isEqualTo(Integer.MAX_VALUE);
  }

  @Test
  void sumsHaveTheColumnsThatOtherProgramsRelyOn() {
    MessageType documented =
        MessageTypeParser.parseMessageType(
            """
            message sums {
              required binary shard (STRING);
              required int32 slice;
              required int32 block;
              required binary role (STRING);
              required binary stratum (STRING);
              required int64 tokens;
              required group sum_abs (LIST) { repeated group list { required double element; } }
              required group sum (LIST) { repeated group list { required double element; } }
              required group sum_square (LIST) { repeated group list { required double element; } }
              required group max_abs (LIST) { repeated group list { required float element; } }
            }
            """);
    assertThat(new StatisticTable(Sums.SUMS).schema()).isEqualTo(documented);
  }

  /** Rows belong to their shard whatever slice they came from: no column names one. */
  @Test
  void sampledRowsDoNotNameTheirSlice() {
    MessageType documented =
        MessageTypeParser.parseMessageType(
            """
            message rows {
              required binary shard (STRING);
              required int32 block;
              required binary role (STRING);
              required int64 sequence;
              required int32 position;
              required int64 key;
              required float scale;
              required binary halves;
            }
            """);
    assertThat(new StatisticTable(Rows.ROWS).schema()).isEqualTo(documented);
  }

  private static StatisticTable.Row sums(int block, double... values) {
    float[] maximum = new float[values.length];
    return new StatisticTable.Row(
        new SliceId("a", 3),
        block,
        "mlp_input",
        new Object[] {"first", 4L, values, new double[0], values, maximum});
  }

  @Test
  void valuesComeBackBitByBitAlsoEmptyListsAndWhatIsNoNumber() throws IOException {
    double[] odd = {Double.NaN, -0.0, Double.NEGATIVE_INFINITY, Double.MIN_VALUE, 0.1};
    StatisticTable table = new StatisticTable(Sums.SUMS);
    write(table, "a.parquet", 1, List.of(sums(7, odd)));
    List<StatisticTable.Row> read = new ArrayList<>();
    table.read(CONF, path("a.parquet"), Optional.empty(), read::add);
    assertThat(read).hasSize(1);
    assertThat(read.get(0).slice()).isEqualTo(new SliceId("a", 3));
    assertThat(read.get(0).block()).isEqualTo(7);
    assertThat(read.get(0).place()).isEqualTo("mlp_input");
    double[] back = (double[]) read.get(0).values()[2];
    for (int i = 0; i < odd.length; i++) {
      assertThat(Double.doubleToRawLongBits(back[i])).isEqualTo(Double.doubleToRawLongBits(odd[i]));
    }
    assertThat((double[]) read.get(0).values()[3]).isEmpty();
    Group group = groups("a.parquet").get(0);
    assertThat(group.getGroup("sum_abs", 0).getGroup("list", 4).getDouble("element", 0))
        .isEqualTo(0.1);
    assertThat(group.getGroup("sum", 0).getFieldRepetitionCount("list")).isZero();
  }

  @Test
  void onlyTheRowsOfTheFilterAreRead() throws IOException {
    StatisticTable table = new StatisticTable(Sums.SUMS);
    write(table, "a.parquet", 1, List.of(sums(0, 1), sums(1, 2), sums(1, 3), sums(2, 4)));
    List<Double> read = new ArrayList<>();
    table.read(
        CONF,
        path("a.parquet"),
        Optional.of(FilterApi.eq(FilterApi.intColumn("block"), 1)),
        row -> read.add(((double[]) row.values()[2])[0]));
    assertThat(read).containsExactly(2.0, 3.0);
  }

  /** A row group a block: one block is read without the others. */
  @Test
  void rowGroupsHaveTheWantedNumberOfRows() throws IOException {
    write(new SequencesTable(), "s.parquet", 4, sequences(10));
    try (ParquetFileReader reader = open("s.parquet")) {
      assertThat(reader.getRowGroups())
          .extracting(BlockMetaData::getRowCount)
          .containsExactly(4L, 4L, 2L);
      for (ColumnChunkMetaData chunk : reader.getRowGroups().get(0).getColumns()) {
        assertThat(chunk.getCodec()).isEqualTo(CompressionCodecName.ZSTD);
        assertThat(chunk.getEncodings()).noneMatch(Encoding::usesDictionary);
      }
    }
  }

  @Test
  void digestIsOfTheFileAsItLies() throws Exception {
    DigestedFile file = write(new SequencesTable(), "s.parquet", 4, sequences(10));
    byte[] bytes = Files.readAllBytes(folder.resolve("s.parquet"));
    assertThat(file.bytes()).isEqualTo(bytes.length);
    assertThat(file.sha256())
        .isEqualTo(HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes)));
  }

  @Test
  void digestCountsSingleBytesAndPartsOfArrays() throws Exception {
    DigestedFile file = new DigestedFile(path("plain"), CONF);
    try (var out = file.createOrOverwrite(0)) {
      out.write('a');
      out.write(new byte[] {'b', 'c'});
      out.write(new byte[] {'x', 'd', 'e', 'x'}, 1, 2);
      assertThat(out.getPos()).isEqualTo(5);
    }
    assertThat(folder.resolve("plain")).hasContent("abcde");
    assertThat(file.bytes()).isEqualTo(5);
    // printf abcde | sha256sum
    assertThat(file.sha256())
        .isEqualTo("36bbe50ed96841d10443bcb670d6554f0a34b761be67ec9c4a8ad2c0c44ca42c");
  }

  @Test
  void sameRowsAreTheSameBytes() throws IOException {
    String first = write(new SequencesTable(), "1", 4, sequences(10)).sha256();
    assertThat(write(new SequencesTable(), "2", 4, sequences(10)).sha256()).isEqualTo(first);
    assertThat(write(new SequencesTable(), "3", 4, sequences(9)).sha256()).isNotEqualTo(first);
  }
}
