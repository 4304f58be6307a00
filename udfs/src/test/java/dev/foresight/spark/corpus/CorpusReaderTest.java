package dev.foresight.spark.corpus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.foresight.InputException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CorpusReaderTest {
  private static final String DOCUMENT = "One line,\nanother — and “a third”.";
  private static final String LINE =
      "{\"text\": \"One line,\\nanother — and “a third”.\", \"id\": 7, \"day\": \"mon\"}\n";
  private static final String CHAT =
      "{\"messages\": [{\"role\": \"user\", \"content\": \"Hi\", \"name\": null},"
          + " {\"role\": \"bot\", \"content\": \"“Ho”\"}]}\n";

  private static SparkSession spark;

  @TempDir private Path folder;

  @BeforeAll
  static void open() {
    spark = TestCorpus.session();
  }

  @AfterAll
  static void close() throws IOException {
    spark.close();
  }

  private List<Row> read(String pattern, String column, String shardBy) throws IOException {
    return TestCorpus.read(spark, folder + "/" + pattern, column, shardBy);
  }

  private static Dataset<Row> documents(String... texts) {
    return spark.createDataset(List.of(texts), Encoders.STRING()).toDF("text").coalesce(1);
  }

  private static List<String> shards(List<Row> rows) {
    return rows.stream().map(row -> row.<String>getAs(CorpusReader.SHARD)).toList();
  }

  private void assertReads(String pattern, String shard) throws IOException {
    List<Row> rows = read(pattern, "text", "file");
    assertThat(rows).hasSize(1);
    assertThat(shards(rows)).containsExactly(shard);
    assertThat(rows.get(0).<String>getAs(CorpusReader.TEXT)).isEqualTo(DOCUMENT);
  }

  @Test
  void jsonLinesAreDocuments() throws IOException {
    Files.writeString(folder.resolve("notes.jsonl"), LINE);
    assertReads("*.jsonl", "notes");
  }

  @Test
  void compressedJsonLinesAreDocuments() throws IOException {
    TestCorpus.gzip(folder.resolve("notes.jsonl.gz"), LINE);
    assertReads("notes.jsonl.gz", "notes");
  }

  @Test
  void zstandardJsonLinesAreDocuments() throws IOException {
    TestCorpus.zstd(folder.resolve("notes.jsonl.zst"), LINE);
    assertReads("notes.jsonl.zst", "notes");
  }

  @Test
  void plainTextFileIsOneDocument() throws IOException {
    Files.writeString(folder.resolve("notes.txt"), DOCUMENT);
    assertReads("notes.txt", "notes");
  }

  @Test
  void compressedTextFileIsOneDocument() throws IOException {
    TestCorpus.gzip(folder.resolve("notes.txt.gz"), DOCUMENT);
    assertReads("notes.txt.gz", "notes");
  }

  @Test
  void byteOrderMarkIsNotText() throws IOException {
    Files.writeString(folder.resolve("notes.txt"), "\uFEFF" + DOCUMENT);
    assertReads("notes.txt", "notes");
  }

  @Test
  void blankLinesAreNoDocuments() throws IOException {
    Files.writeString(folder.resolve("notes.jsonl"), "\n" + LINE + "  \r\n\n");
    assertReads("notes.jsonl", "notes");
  }

  @ParameterizedTest
  @ValueSource(strings = {"parquet", "orc"})
  void rowsOfColumnarFilesAreDocuments(String format) throws IOException {
    documents(DOCUMENT).write().format(format).save(folder.resolve("day=1").toString());
    List<Row> rows = read("day=*", "text", "file");
    assertThat(rows).hasSize(1);
    assertThat(shards(rows).get(0)).startsWith("day=1/part-00000");
    assertThat(rows.get(0).<String>getAs(CorpusReader.TEXT)).isEqualTo(DOCUMENT);
  }

  @Test
  void filesInFoldersBelowAreRead() throws IOException {
    Files.createDirectories(folder.resolve("a/b"));
    Files.createDirectories(folder.resolve("_temporary/c"));
    Files.writeString(folder.resolve("a/b/notes.jsonl"), LINE);
    Files.writeString(folder.resolve("_temporary/c/notes.jsonl"), LINE);
    assertThat(shards(read("", "text", "file"))).containsExactly("a/b/notes");
  }

  @Test
  void rowsOfATableAreDocuments() throws IOException {
    documents(DOCUMENT, "second").createOrReplaceTempView("notes");
    List<Row> rows = TestCorpus.read(spark, "table:notes", "text", "partition:1");
    assertThat(rows).hasSize(2);
    assertThat(shards(rows)).containsOnly("part-0-of-1");
  }

  @Test
  void conversationsInJsonLinesAreRendered() throws IOException {
    Files.writeString(folder.resolve("chat.jsonl"), CHAT);
    assertThat(read("chat.jsonl", "messages", "file").get(0).<String>getAs(CorpusReader.TEXT))
        .isEqualTo("user: Hi\nbot: “Ho”\n");
  }

  @Test
  void conversationsInParquetAreRenderedAlike() throws IOException {
    Files.writeString(folder.resolve("chat.jsonl"), CHAT);
    spark
        .read()
        .json(folder.resolve("chat.jsonl").toString())
        .write()
        .parquet(folder.resolve("chat").toString());
    assertThat(read("chat", "messages", "file").get(0).<String>getAs(CorpusReader.TEXT))
        .isEqualTo("user: Hi\nbot: “Ho”\n");
  }

  @Test
  void valueOfAColumnIsTheShard() throws IOException {
    Files.writeString(folder.resolve("a.jsonl"), LINE);
    Files.writeString(folder.resolve("b.jsonl"), LINE.replace("mon", "tue") + LINE);
    assertThat(shards(read("*.jsonl", "text", "column:day")))
        .containsExactlyInAnyOrder("mon", "tue", "mon");
    assertThat(shards(read("a.jsonl", "text", "column:id"))).containsExactly("7");
  }

  @Test
  void valueOfAFolderIsTheShardWhereFilesLieBelowSuch() throws IOException {
    documents(DOCUMENT).write().parquet(folder.resolve("day=2026-11-01 %25").toString());
    assertThat(shards(read("", "text", "column:day"))).containsExactly("2026-11-01 %");
  }

  @Test
  void partitionsDependOnTheTextAlone() throws IOException {
    Dataset<Row> many = spark.range(200).selectExpr("concat('document ', id) AS text");
    many.coalesce(1).write().parquet(folder.resolve("one").toString());
    many.repartition(7).write().parquet(folder.resolve("seven").toString());
    List<String> one = read("one", "text", "partition:4").stream().map(Row::toString).toList();
    List<String> seven = read("seven", "text", "partition:4").stream().map(Row::toString).toList();
    assertThat(one).containsExactlyInAnyOrderElementsOf(seven);
    assertThat(one.stream().map(row -> row.substring(1, 12)).distinct())
        .containsExactlyInAnyOrder("part-0-of-4", "part-1-of-4", "part-2-of-4", "part-3-of-4");
  }

  @Test
  void filesOfTwoKindsAreRefused() throws IOException {
    Files.writeString(folder.resolve("a.jsonl"), LINE);
    Files.writeString(folder.resolve("b.txt"), DOCUMENT);
    assertThatThrownBy(() -> read("*", "text", "file"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("JSON_LINES, TEXT");
  }

  @Test
  void fileBesideItsCompressedCopyIsRefused() throws IOException {
    Files.writeString(folder.resolve("a.jsonl"), LINE);
    TestCorpus.gzip(folder.resolve("a.jsonl.gz"), LINE);
    assertThatThrownBy(() -> read("*", "text", "file"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("both shard 'a'");
  }

  @ParameterizedTest
  @CsvSource({
    "/data/text, file:///data/text/code.jsonl.gz, code",
    "/data/text, s3a://bucket/data/text/day=2026-11-01/part-0.parquet, day=2026-11-01/part-0",
    "/data/text, file:///data/text/with%20space.txt, with space",
    "/data/text, file:///data/text/v1.2.json, v1.2",
    "/, s3a://bucket/data/code.jsonl, data/code",
    "/data, file:///data/a/data/b.jsonl, a/data/b"
  })
  void shardIsThePathBelowTheRootWithoutSuffix(String root, String file, String shard) {
    assertThat(ShardIds.shardOf(root, file)).isEqualTo(shard);
  }

  @ParameterizedTest
  @ValueSource(strings = {"files", "column:", "partition:0", "partition:-1", "partition:100001"})
  void ruleForShardsThatIsNoneIsRefused(String rule) {
    assertThatThrownBy(() -> ShardBy.parse(rule))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("--shard-by");
  }

  /** Characters that Hadoop's globs, URIs, shells and Spark's own listing take for something. */
  private static List<String> oddNames() {
    var encoder = Charset.forName(System.getProperty("sun.jnu.encoding")).newEncoder();
    return Stream.of(
            "part[1]",
            "part1",
            "a{b,c}",
            "ab",
            "star*",
            "what?",
            "what1",
            "back\\slash",
            "run-10:30",
            "with,comma",
            "100%",
            "100%25",
            "sharp#1",
            "a b",
            "a+b",
            "a&b;c=d~e",
            "tab\tline\nend",
            "\"quoted\" 'name'",
            "part-00000-é",
            "part-00000-e\u0301",
            "数据",
            "$HOME",
            "(x)|y",
            "v1.2")
        .filter(encoder::canEncode)
        .toList();
  }

  @Test
  void filesOfEveryLegalNameAreReadOnceEach() throws IOException {
    for (String name : oddNames()) {
      String line = new ObjectMapper().writeValueAsString(Map.of("text", "of " + name));
      Files.writeString(folder.resolve(name + ".jsonl"), line + "\n");
    }
    Map<String, String> expected =
        oddNames().stream().collect(Collectors.toMap(name -> name, name -> "of " + name));
    assertThat(oddNames()).hasSizeGreaterThan(20);
    assertThat(documents(read("", "text", "file"))).isEqualTo(expected);
    assertThat(documents(read("*.jsonl", "text", "file"))).isEqualTo(expected);
    for (String name : oddNames()) {
      assertThat(documents(read(name + ".jsonl", "text", "file")))
          .isEqualTo(Map.of(name, "of " + name));
    }
  }

  private static Map<String, String> documents(List<Row> rows) {
    return rows.stream()
        .collect(
            Collectors.toMap(
                row -> row.getAs(CorpusReader.SHARD), row -> row.getAs(CorpusReader.TEXT)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"parquet", "orc"})
  void folderNamesAreNeitherGlobsNorColumns(String format) throws IOException {
    for (String name : List.of("text=de [1]", "text=de 1", "10:30 {a}")) {
      documents(name).write().format(format).save(folder.resolve(name).toString());
    }
    assertThat(read("", "text", "file").stream().map(row -> row.<String>getAs(CorpusReader.TEXT)))
        .containsExactlyInAnyOrder("text=de [1]", "text=de 1", "10:30 {a}");
    assertThat(shards(read("text=*", "text", "column:text")))
        .containsExactlyInAnyOrder("de [1]", "de 1");
  }

  @Test
  void whatIsNoNameIsAGlob() throws IOException {
    for (String name : List.of("a/x:1.jsonl", "b/x:2.jsonl", "c/_x.jsonl", "c/y.jsonl")) {
      Files.createDirectories(folder.resolve(name).getParent());
      Files.writeString(folder.resolve(name), LINE);
    }
    assertThat(shards(read("[ab]/x*.jsonl", "text", "file"))).containsExactly("a/x:1", "b/x:2");
    assertThat(shards(read("{a/x:?,c/*}.jsonl", "text", "file"))).containsExactly("a/x:1", "c/y");
    assertThat(shards(read("c/_*.jsonl", "text", "file"))).containsExactly("_x");
    assertThatThrownBy(() -> read("[ab/x", "text", "file"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("it is no glob either");
  }

  @Test
  void hiddenFileThatIsNamedIsRead() throws IOException {
    Files.writeString(folder.resolve("_notes.jsonl"), LINE);
    assertReads("_notes.jsonl", "_notes");
  }

  @Test
  void eachRowDecidesWhatItIs() throws IOException {
    String rows =
        "{\"id\": 1}\n".repeat(25)
            + "{\"messages\": null}\n".repeat(22)
            + CHAT
            + "{\"messages\": \"plain\", \"score\": NaN, \"most\": -Infinity}\n"
            + "{\"big\": %s, \"deep\": %s1%s, \"messages\": \"odd\"}\n"
                .formatted("9".repeat(5000), "[".repeat(5000), "]".repeat(5000))
            + "{\"messages\": [{\"from\": \"human\", \"value\": \"Hi\"}, {\"from\": \"gpt\","
            + " \"value\": \"Ho\"}]}\r\n";
    Files.writeString(folder.resolve("a.jsonl"), rows);
    Files.writeString(folder.resolve("b.jsonl"), "{\"content\": \"of another kind\"}\n");
    List<Row> read = read("", "messages", "file");
    assertThat(read.stream().map(row -> row.<String>getAs(CorpusReader.TEXT)))
        .filteredOn(text -> text != null)
        .containsExactlyInAnyOrder(
            "user: Hi\nbot: “Ho”\n", "plain", "odd", "user: Hi\nassistant: Ho\n");
    assertThat(read).as("rows without text are documents to be counted").hasSize(25 + 22 + 4 + 1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"parquet", "orc"})
  void columnarFilesDifferInTheirColumns(String format) throws IOException {
    Dataset<Row> one = spark.range(1).toDF();
    one.selectExpr("'a' AS text", "1 AS n").write().format(format).save(folder + "/1");
    one.selectExpr("'x' AS n", "'b' AS text").write().format(format).save(folder + "/2");
    one.selectExpr("'x' AS other").write().format(format).save(folder + "/3");
    one.selectExpr("array(named_struct('from', 'gpt', 'value', 'c')) AS text")
        .write()
        .format(format)
        .save(folder + "/4");
    one.filter("id > 0").selectExpr("'none' AS text").write().format(format).save(folder + "/5");
    assertThat(read("", "text", "file").stream().map(row -> row.<String>getAs(CorpusReader.TEXT)))
        .containsExactlyInAnyOrder("a", "b", null, "assistant: c\n");
  }

  @Test
  void zstandardWithALongWindowIsRead() throws IOException {
    byte[] line = LINE.getBytes(StandardCharsets.UTF_8);
    ByteBuffer file = ByteBuffer.allocate(9 + line.length).order(ByteOrder.LITTLE_ENDIAN);
    file.putInt(0xFD2FB528)
        .put((byte) 0)
        .put((byte) (18 << 3)); // RFC 8878: a window of 2^(10 + 18)
    int block = line.length << 3 | 1; // the last, as it is
    file.put((byte) block).put((byte) (block >> 8)).put((byte) (block >> 16)).put(line);
    Files.write(folder.resolve("notes.jsonl.zst"), file.array());
    assertReads("notes.jsonl.zst", "notes");
  }
}
