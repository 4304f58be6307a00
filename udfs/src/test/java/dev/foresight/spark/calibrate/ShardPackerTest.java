package dev.foresight.spark.calibrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.foresight.InputException;
import dev.foresight.spark.corpus.CorpusReader;
import dev.foresight.spark.corpus.CorpusText;
import dev.foresight.spark.corpus.ShardBy;
import dev.foresight.spark.store.PackedShard;
import dev.foresight.text.Bos;
import dev.foresight.text.PackingSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.SerializableConfiguration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShardPackerTest {
  private static final Path WORDS = Path.of("src/test/resources/words").toAbsolutePath();
  private static final String SPLIT = "spark.sql.files.maxPartitionBytes";

  private static SparkSession spark;

  @TempDir private Path folder;

  @BeforeAll
  static void open() {
    spark =
        SparkSession.builder().master("local[2]").config("spark.ui.enabled", "false").getOrCreate();
  }

  @AfterAll
  static void close() throws IOException {
    spark.close();
  }

  @AfterEach
  void forget() {
    spark.conf().unset(SPLIT);
  }

  private List<PackedShard> pack(
      Path corpus, PackingSettings settings, long limit, String store, int partitions)
      throws IOException {
    var conf = new SerializableConfiguration(spark.sparkContext().hadoopConfiguration());
    CorpusText text =
        new CorpusReader(spark).read(corpus.toString(), "text", new ShardBy.File(), () -> null);
    return new ShardPacker(
            WORDS.toString(), folder.resolve(store).toString(), settings, limit, true, conf)
        .pack(text, partitions).stream().map(PackedText::shard).toList();
  }

  private static PackingSettings settings(int length) {
    return new PackingSettings(length, Bos.NONE, "eos", 42);
  }

  private Path corpus(String name, List<String> documents) throws IOException {
    List<String> lines = new ArrayList<>();
    for (String document : documents) {
      lines.add(new ObjectMapper().writeValueAsString(java.util.Map.of("text", document)));
    }
    return Files.write(folder.resolve(name), lines);
  }

  /** udfs/src/test/python/words_golden.py: transformers 5.23.0, xxhash 3. */
  private static JsonNode golden() throws IOException {
    return new ObjectMapper().readTree(WORDS.resolve("packing.json").toFile());
  }

  private static List<String> documents(JsonNode golden) {
    List<String> documents = new ArrayList<>();
    golden.get("documents").forEach(d -> documents.add(d.asText()));
    return documents;
  }

  private List<List<Integer>> sequences(String store) {
    return spark
        .read()
        .parquet(folder.resolve(store).resolve("sequences").toString())
        .orderBy("sequence")
        .collectAsList()
        .stream()
        .map(row -> row.<Integer>getList(row.fieldIndex("tokens")))
        .toList();
  }

  @Test
  void sequencesAreThoseOfTransformersAndXxHash() throws IOException {
    JsonNode golden = golden();
    Path corpus = corpus("a.jsonl", documents(golden));
    PackedShard shard =
        pack(corpus, settings(golden.get("length").asInt()), golden.get("limit").asInt(), "s", 2)
            .get(0);
    List<List<Integer>> expected = new ArrayList<>();
    for (JsonNode sequence : golden.get("sequences")) {
      List<Integer> tokens = new ArrayList<>();
      sequence.forEach(t -> tokens.add(t.asInt()));
      expected.add(tokens);
    }
    assertThat(sequences("s")).isEqualTo(expected);
    assertThat(shard.usedDocuments()).isEqualTo(golden.get("used").asInt());
    assertThat(shard.documentTokens()).isEqualTo(golden.get("document_tokens").asInt());
  }

  @Test
  void howSparkSplitsFilesChangesNothing() throws IOException {
    Path corpus = corpus("a.jsonl", documents(golden()));
    List<PackedShard> whole = pack(corpus, settings(5), Long.MAX_VALUE, "one", 1);
    spark.conf().set(SPLIT, "300");
    assertThat(spark.read().text(corpus.toString()).rdd().getNumPartitions()).isGreaterThan(3);
    assertThat(pack(corpus, settings(5), Long.MAX_VALUE, "seven", 7)).isEqualTo(whole);
    assertThat(sequences("seven")).isEqualTo(sequences("one"));
  }

  @Test
  void everyDocumentAndTokenIsCountedWhereItWent() throws IOException {
    Path corpus = corpus("a.jsonl", documents(golden()));
    Files.writeString(
        corpus, Files.readString(corpus) + "{\"text\": null}\n{\"id\": 1}\n{\"text\": \"  \"}\n");
    PackedShard shard = pack(corpus, settings(8), 3, "s", 1).get(0);
    assertThat(shard.documents()).isEqualTo(43);
    assertThat(shard.withoutText()).isEqualTo(2);
    assertThat(
            shard.withoutText()
                + shard.emptyDocuments()
                + shard.usedDocuments()
                + shard.unusedDocuments())
        .isEqualTo(shard.documents());
    long separators = shard.usedDocuments() - 1; // those behind the limit are not written
    assertThat(shard.documentTokens() - shard.droppedTokens())
        .isBetween(shard.sequences() * 8 - separators, shard.sequences() * 8);
  }

  @Test
  void documentOfTenMegabytesBecomesAllOfItsSequences() throws IOException {
    int words = 2_500_000; // "cat " is 4 bytes and one token
    Path corpus = corpus("a.jsonl", List.of("cat ".repeat(words)));
    PackedShard shard = pack(corpus, settings(500), Long.MAX_VALUE, "s", 1).get(0);
    assertThat(shard.documentTokens()).isEqualTo(words);
    assertThat(shard.sequences()).isEqualTo(words / 500);
    assertThat(shard.droppedTokens()).isZero();
  }

  @Test
  void corpusWithoutAnyTextIsRefused() throws IOException {
    Path corpus = Files.writeString(folder.resolve("a.jsonl"), "{\"text\": null}\n");
    assertThatThrownBy(() -> pack(corpus, settings(8), 3, "s", 1))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("1 documents, 1 of them null");
  }

  @Test
  void damagedFileIsRefusedByName() throws IOException {
    Path file = Files.write(folder.resolve("a.jsonl.gz"), new byte[] {0x1f, (byte) 0x8b, 8, 0, 1});
    assertThatThrownBy(() -> pack(file, settings(8), 3, "s", 1))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("a.jsonl.gz can't be read");
  }
}
