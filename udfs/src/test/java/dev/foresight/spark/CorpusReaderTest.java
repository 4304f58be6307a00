package dev.foresight.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foresight.InputException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CorpusReaderTest {
  private static final String DOCUMENT = "One line,\nanother — and “a third”.";
  private static final String LINE =
      "{\"text\": \"One line,\\nanother — and “a third”.\", \"id\": 7}\n";

  private static SparkSession spark;

  @TempDir private Path folder;

  @BeforeAll
  static void open() {
    spark =
        SparkSession.builder().master("local[1]").config("spark.ui.enabled", "false").getOrCreate();
  }

  @AfterAll
  static void close() throws IOException {
    spark.close();
  }

  private void assertReads(String pattern, String shard) throws IOException {
    List<Row> rows = new CorpusReader(spark).read(folder + "/" + pattern, "text").collectAsList();
    assertThat(rows).hasSize(1);
    assertThat(rows.get(0).<String>getAs(CorpusReader.SHARD)).isEqualTo(shard);
    assertThat(rows.get(0).<String>getAs(CorpusReader.TEXT)).isEqualTo(DOCUMENT);
    assertThat(rows.get(0).<String>getAs(CorpusReader.CORRUPT)).isNull();
  }

  @Test
  void jsonLinesAreDocuments() throws IOException {
    Files.writeString(folder.resolve("notes.jsonl"), LINE);
    assertReads("*.jsonl", "notes");
  }

  @Test
  void compressedJsonLinesAreDocuments() throws IOException {
    try (OutputStream out =
        new GZIPOutputStream(Files.newOutputStream(folder.resolve("notes.jsonl.gz")))) {
      out.write(LINE.getBytes(StandardCharsets.UTF_8));
    }
    assertReads("notes.jsonl.gz", "notes");
  }

  @Test
  void plainTextFileIsOneDocument() throws IOException {
    Files.writeString(folder.resolve("notes.txt"), DOCUMENT);
    assertReads("notes.txt", "notes");
  }

  @Test
  void rowsOfParquetFilesAreDocuments() throws IOException {
    spark
        .createDataset(List.of(DOCUMENT), Encoders.STRING())
        .toDF("text")
        .coalesce(1)
        .write()
        .parquet(folder.resolve("day=1").toString());
    List<Row> rows = new CorpusReader(spark).read(folder + "/day=*", "text").collectAsList();
    assertThat(rows).hasSize(1);
    assertThat(rows.get(0).<String>getAs(CorpusReader.SHARD)).startsWith("day=1/part-00000");
    assertThat(rows.get(0).<String>getAs(CorpusReader.TEXT)).isEqualTo(DOCUMENT);
  }

  @Test
  void lineThatIsNoJsonIsKeptApart() throws IOException {
    Files.writeString(folder.resolve("notes.jsonl"), LINE + "no json\n");
    List<Row> rows = new CorpusReader(spark).read(folder + "/notes.jsonl", "text").collectAsList();
    assertThat(rows).hasSize(2);
    assertThat(rows.get(1).<String>getAs(CorpusReader.CORRUPT)).isEqualTo("no json");
  }

  @Test
  void filesOfTwoKindsAreRefused() throws IOException {
    Files.writeString(folder.resolve("a.jsonl"), LINE);
    Files.writeString(folder.resolve("b.txt"), DOCUMENT);
    assertThatThrownBy(() -> new CorpusReader(spark).read(folder + "/*", "text"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("jsonl", "txt");
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
    assertThat(CorpusReader.shardOf(root, file)).isEqualTo(shard);
  }
}
