package dev.foresight.spark.corpus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foresight.InputException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is wrong with a corpus is said with the file, the line and the option to change. */
class CorpusFaultsTest {
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

  private Path write(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  private void assertRefused(Object location, String column, String shardBy, String... parts) {
    assertThatThrownBy(() -> TestCorpus.read(spark, location, column, shardBy))
        .isInstanceOf(InputException.class)
        .hasMessageContainingAll(parts);
  }

  @Test
  void missingColumnIsNamedWithThoseThatAreThere() throws IOException {
    assertRefused(
        write("a.jsonl", "{\"body\": \"x\", \"id\": 1}\n{\"k\": [1]}\n"),
        "text",
        "file",
        "has 'text'; they have: body, id, k.",
        "--text-column, perhaps body");
    spark.range(1).toDF("id").write().parquet(folder.resolve("p").toString());
    assertRefused(folder.resolve("p"), "text", "file", "'text'", "has: id", "--text-column");
    assertRefused(folder.resolve("p"), "id", "column:day", "'day'", "has: id", "--shard-by");
  }

  @Test
  void columnThatIsNoTextIsNamedWithItsType() {
    spark.range(1).toDF("id").write().parquet(folder.resolve("p").toString());
    assertRefused(folder.resolve("p"), "id", "file", "'id'", "bigint");
  }

  @Test
  void emptyFilesAreNoCorpus() throws IOException {
    assertRefused(write("a.jsonl", "\n \n"), "text", "file", "has no documents");
  }

  @Test
  void lineThatIsNoJsonIsNamedByFileAndNumber() throws IOException {
    Path file = write("a.jsonl", "{\"text\": \"fine\"}\n\n{\"text\": \"cut\n");
    assertRefused(file, "text", "file", "a.jsonl, line 3", "not a JSON object");
    Path odd = write("c.jsonl", "{\"text\": \"fine\"}\n{\"text\": 'x'}\n");
    assertRefused(
        odd, "text", "file", "c.jsonl, line 2: not a JSON object from character 10 on ('x'})");
    Path array = write("b.jsonl", "{\"text\": \"fine\"}\n[1]\n");
    assertRefused(array, "text", "file", "b.jsonl, line 2", "not a JSON object but array");
  }

  @Test
  void lineOfACompressedFileIsNamedToo() throws IOException {
    TestCorpus.zstd(folder.resolve("a.jsonl.zst"), "{\"text\": \"fine\"}\nnot json\n");
    assertRefused(folder.resolve("a.jsonl.zst"), "text", "file", "line 2", "not a JSON object");
  }

  @Test
  void valueThatIsNoTextIsRefused() throws IOException {
    Path file = write("a.jsonl", "{\"text\": \"fine\"}\n{\"text\": 7}\n");
    assertRefused(file, "text", "file", "line 2", "'text' is no text but number");
  }

  @Test
  void bytesThatAreNoUtf8AreRefusedByFileAndLine() throws IOException {
    byte[] latin = "first\nsecond\ncaf\u00e9 au lait\n".getBytes(StandardCharsets.ISO_8859_1);
    Path text = Files.write(folder.resolve("a.txt"), latin);
    assertRefused(text, "text", "file", "a.txt, line 3", "0xE9 is not UTF-8");
    byte[] json =
        "{\"text\": \"a\"}\n{\"text\": \"caf\u00e9\"}\n".getBytes(StandardCharsets.ISO_8859_1);
    Path lines = Files.write(folder.resolve("b.jsonl"), json);
    assertRefused(lines, "text", "file", "b.jsonl, line 2", "0xE9 is not UTF-8");
  }

  @Test
  void halfASurrogatePairIsRefused() throws IOException {
    Path file = write("a.jsonl", "{\"text\": \"fine\"}\n{\"text\": \"\\ud83d\"}\n");
    assertRefused(file, "text", "file", "line 2", "surrogate");
  }

  @Test
  void documentsWithoutTextAreKeptToBeCounted() throws IOException {
    Path file =
        write("a.jsonl", "{\"text\": null}\n{\"id\": 1}\n{\"text\": \"\"}\n{\"text\": \"x\"}\n");
    List<Row> rows = TestCorpus.read(spark, file, "text", "file");
    assertThat(rows.stream().map(row -> row.<String>getAs(CorpusReader.TEXT)))
        .containsExactlyInAnyOrder(null, null, "", "x");
    assertThat(TestCorpus.read(spark, file, "text", "partition:3")).hasSize(4);
  }

  @Test
  void documentOfTenMegabytesArrivesWhole() throws IOException {
    String text = "0123456789".repeat(1 << 20);
    Path file = write("a.jsonl", "{\"text\": \"" + text + "\"}\n");
    assertThat(TestCorpus.read(spark, file, "text", "file").get(0).<String>getAs(CorpusReader.TEXT))
        .isEqualTo(text);
  }

  @Test
  void truncatedGzipFileIsNamed() throws IOException {
    StringBuilder lines = new StringBuilder();
    new Random(7)
        .longs(20_000)
        .forEach(n -> lines.append("{\"text\": \"").append(n).append("\"}\n"));
    TestCorpus.gzip(folder.resolve("a.jsonl.gz"), lines.toString());
    byte[] bytes = Files.readAllBytes(folder.resolve("a.jsonl.gz"));
    Files.write(folder.resolve("a.jsonl.gz"), Arrays.copyOf(bytes, bytes.length / 2));
    assertRefused(folder, "text", "file", "a.jsonl.gz can't be read", "damaged");
  }

  @ParameterizedTest
  @ValueSource(strings = {"parquet", "orc"})
  void damagedColumnarPartIsNamed(String format) throws IOException {
    Path data = folder.resolve("data");
    spark
        .range(20_000)
        .selectExpr("concat('document ', id, ' ', rand(7)) AS text")
        .repartition(2)
        .write()
        .format(format)
        .save(data.toString());
    Path part;
    try (Stream<Path> parts = Files.list(data)) {
      part = parts.filter(p -> p.toString().endsWith(format)).sorted().toList().get(1);
    }
    byte[] bytes = Files.readAllBytes(part);
    Arrays.fill(bytes, 100, bytes.length / 2, (byte) 7);
    Files.write(part, bytes);
    assertRefused(data, "text", "file", part.getFileName().toString(), "damaged");
    Files.write(part, Arrays.copyOf(bytes, bytes.length / 2));
    assertRefused(data, "text", "file", part.getFileName().toString(), "damaged");
  }

  @Test
  void damagedPartIsRefusedAlsoWhereTheSessionWouldLeaveItOut() throws IOException {
    spark.conf().set("spark.sql.files.ignoreCorruptFiles", "true");
    try {
      Files.write(
          folder.resolve("a.jsonl.gz"), new byte[] {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0});
      assertRefused(folder, "text", "file", "a.jsonl.gz can't be read");
    } finally {
      spark.conf().unset("spark.sql.files.ignoreCorruptFiles");
    }
  }

  @Test
  void tableThatIsNotThereIsNamed() {
    assertRefused("table:nowhere", "text", "partition:2", "no table nowhere", "catalog");
    assertRefused("table:no where", "text", "partition:2", "no table no where");
  }

  @Test
  void tableHasNoFilesToBeShards() {
    assertRefused("table:nowhere", "text", "file", "--shard-by column:NAME or partition:N");
  }

  @Test
  void documentWithoutAShardIsRefused() throws IOException {
    Path file =
        write("a.jsonl", "{\"text\": \"x\", \"day\": \"mon\"}\n{\"text\": \"y\", \"day\": null}\n");
    assertRefused(file, "text", "column:day", "a.jsonl, line 2", "no value in 'day'");
    spark.read().json(file.toString()).createOrReplaceTempView("days");
    assertRefused("table:days", "text", "column:day", "table days", "no value in 'day'");
  }

  @Test
  void textFilesHaveNoColumnToShardBy() throws IOException {
    assertRefused(write("a.txt", "x"), "text", "column:day", "no columns", "day=");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[{\"role\": \"user\"}]|the content of a message is no text but missing",
        "[{\"role\": \"user\", \"content\": [{\"type\": \"image\"}]}]|no text but array",
        "[{\"role\": \"user\", \"content\": \"x\", \"tool_calls\": []}]|a message has 'tool_calls'",
        "{\"role\": \"user\"}|'messages' is no text but object",
        "[\"plain\"]|the array is no conversation: it holds string",
        "[{\"from\": \"tool\", \"value\": \"x\"}]|a message is from 'tool', and only human, gpt"
      })
  void conversationThatCannotBeRenderedWholeIsRefused(String bad) throws IOException {
    String[] parts = bad.split("\\|");
    Path file =
        write(
            "a.jsonl",
            "{\"messages\": [{\"role\": \"user\", \"content\": \"x\"}]}\n{\"messages\": %s}\n"
                .formatted(parts[0]));
    assertRefused(file, "messages", "file", "a.jsonl, line 2", parts[1]);
  }

  @Test
  void fileOfAnotherKindIsRefused() throws IOException {
    write("a.csv", "text\nx\n");
    assertRefused(folder, "text", "file", "a.csv", ".jsonl");
  }

  @Test
  void objectsThatAreNotOnALineEachAreRefusedWithTheWayToMendThem() throws IOException {
    Path array = write("array.json", "[{\"text\": \"a\"}, {\"text\": \"b\"}]\n");
    assertRefused(array, "text", "file", "line 1", "array", "jq -c '.[]'");
    Path pretty = write("pretty.json", "{\n  \"text\": \"a\"\n}\n");
    assertRefused(pretty, "text", "file", "line 1", "ends before it does", "jq -c .");
    Path two = write("two.jsonl", "{\"text\": \"a\"}\n{\"text\": \"b\"} {\"text\": \"c\"}\n");
    assertRefused(two, "text", "file", "line 2", "more than one JSON object");
    Path cut = write("cut.jsonl", "{\"text\": \"a\"}\n{\"text\": \"b");
    assertRefused(cut, "text", "file", "line 2", "ends before it does");
  }

  @Test
  void keyThatStandsTwiceIsRefused() throws IOException {
    Path file =
        write("a.jsonl", "\uFEFF{\"text\": \"a\", \"id\": 1, \"id\": 2, \"text\": \"b\"}\n");
    assertRefused(file, "text", "file", "line 1", "'text' stands twice");
  }

  @Test
  void columnOfAnotherTypeInOneFileIsRefusedByThatFile() {
    spark.range(1).selectExpr("'a' AS text").coalesce(1).write().parquet(folder + "/p/one");
    spark.range(1).selectExpr("id AS text").coalesce(1).write().parquet(folder + "/p/two");
    assertRefused(folder.resolve("p"), "text", "file", "/p/two/part-", "bigint");
  }

  @Test
  void linkToNothingAndLinkInACircleAreNamed() throws IOException {
    write("a.jsonl", "{\"text\": \"fine\"}\n");
    Path link = Files.createSymbolicLink(folder.resolve("b.jsonl"), folder.resolve("gone.jsonl"));
    assertRefused(folder, "text", "file", "b.jsonl is a link to a file that is not there");
    Files.delete(link);
    Files.createSymbolicLink(folder.resolve("c"), folder);
    assertRefused(folder, "text", "file", "/c is a link to a folder that it lies in");
  }

  @Test
  void corpusThatChangesWhileItIsReadIsRefused() throws IOException {
    Path file = write("a.jsonl", "{\"text\": \"fine\"}\n");
    write("empty.jsonl", "");
    CorpusText text =
        new CorpusReader(spark)
            .read(folder.toString(), "text", ShardBy.parse("file"), TestCorpus.CHAT);
    text.rows().collectAsList();
    text.requireWhole();
    assertThat(text.emptyFiles()).singleElement().asString().endsWith("/empty.jsonl");
    Path other = write("b.jsonl", "{\"text\": \"more\"}\n");
    assertChanged(text, "b.jsonl came while the corpus was read");
    Files.delete(other);
    write("a.jsonl", "{\"text\": \"longer\"}\n");
    assertChanged(text, "a.jsonl changed while");
    Files.delete(file);
    assertChanged(text, "a.jsonl went while");
  }

  private static void assertChanged(CorpusText text, String message) {
    assertThatThrownBy(text::requireWhole)
        .isInstanceOf(InputException.class)
        .hasMessageContaining(message);
  }

  @Test
  void fileThatGoesBeforeItIsReadIsNotCalledDamaged() throws IOException {
    Path file = write("a.jsonl", "{\"text\": \"fine\"}\n");
    CorpusText text =
        new CorpusReader(spark)
            .read(folder.toString(), "text", ShardBy.parse("file"), TestCorpus.CHAT);
    Files.delete(file);
    assertThatThrownBy(() -> CorpusFaults.naming(() -> text.rows().collectAsList()))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("a.jsonl went while the corpus was read");
  }
}
