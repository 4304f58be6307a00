package dev.foresight.spark.corpus;

import com.github.luben.zstd.ZstdOutputStream;
import dev.foresight.text.ChatTemplate;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.zip.GZIPOutputStream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Files of a corpus for tests, and what the reader makes of them. */
final class TestCorpus {
  static final Supplier<ChatTemplate> NO_CHAT =
      () -> {
        throw new AssertionError("No conversation here");
      };
  static final Supplier<ChatTemplate> CHAT =
      () ->
          new ChatTemplate(
              "test.jinja",
              "{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}",
              Map.of());

  private TestCorpus() {}

  static SparkSession session() {
    return SparkSession.builder()
        .master("local[1]")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "2")
        .getOrCreate();
  }

  static void gzip(Path file, String text) throws IOException {
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
  }

  static void zstd(Path file, String text) throws IOException {
    try (OutputStream out = new ZstdOutputStream(Files.newOutputStream(file))) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
  }

  static List<Row> read(SparkSession spark, Object location, String column, String shardBy)
      throws IOException {
    return CorpusFaults.naming(
        () -> {
          try {
            CorpusText text =
                new CorpusReader(spark)
                    .read(location.toString(), column, ShardBy.parse(shardBy), CHAT);
            List<Row> rows = text.rows().collectAsList();
            text.requireWhole();
            return rows;
          } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
          }
        });
  }
}
