package dev.foresight.spark.corpus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foresight.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
    "'', file:///data/text/code.jsonl, code"
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
}
