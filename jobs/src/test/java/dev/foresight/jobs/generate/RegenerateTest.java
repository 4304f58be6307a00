package dev.foresight.jobs.generate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.foresight.jobs.Cli;
import dev.foresight.jobs.SharedSpark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The demo family: foresight-small rewrites text for foresight-tiny. */
class RegenerateTest {
  private static final Path SMALL = Cli.DATASETS.resolve("models/foresight-small");
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;

  private Cli.Result regenerate(Object corpus, String out, Object... more) {
    List<Object> args =
        new ArrayList<>(
            List.of(
                "regenerate",
                "--master",
                "local[2]",
                "--model",
                Cli.TINY,
                "--corpus",
                corpus,
                "--out",
                folder.resolve(out),
                "--max-tokens",
                24));
    args.addAll(List.of(more));
    return Cli.run(args.toArray());
  }

  private Path corpus() throws IOException {
    Path text = Files.createDirectory(folder.resolve("text"));
    for (String shard : List.of("code", "legal")) {
      List<String> lines =
          Files.readAllLines(Cli.DATASETS.resolve("corpus/" + shard + ".jsonl")).subList(0, 9);
      Files.write(text.resolve(shard + ".jsonl"), lines);
    }
    return text;
  }

  private List<JsonNode> lines(String out) throws IOException {
    List<JsonNode> lines = new ArrayList<>();
    try (var parts = Files.list(folder.resolve(out).resolve("text"))) {
      for (Path part : parts.sorted().toList()) {
        for (String line : Files.readAllLines(part)) {
          lines.add(JSON.readTree(line));
        }
      }
    }
    return lines;
  }

  @Test
  void eachTextGetsOneInItsPlaceWithItsLineageAndAllCandidatesAreKept() throws IOException {
    Path corpus = corpus();
    Cli.Result result = regenerate(corpus, "out", "--teacher", SMALL, "--candidates", 2);
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.out()).doesNotContain("Warning: ");

    List<JsonNode> lines = lines("out");
    Map<String, Long> shards =
        lines.stream()
            .collect(Collectors.groupingBy(l -> l.get("shard").asText(), Collectors.counting()));
    assertThat(shards).isEqualTo(Map.of("code", 9L, "legal", 9L));
    Map<String, JsonNode> byId = new TreeMap<>();
    lines.forEach(line -> byId.put(line.get("id").asText(), line));
    assertThat(byId).hasSize(18);

    SparkSession spark = SharedSpark.session();
    List<Row> candidates =
        spark.read().parquet(folder.resolve("out/candidates").toString()).collectAsList();
    assertThat(candidates).hasSize(36);
    int won = 0;
    for (Row row : candidates) {
      assertThat((Integer) row.getAs("tokens")).isBetween(1, 18);
      assertThat((Double) row.getAs("log_probability")).isNegative();
      if (row.<Boolean>getAs("won")) {
        won++;
        JsonNode line = byId.get(row.<String>getAs("id"));
        assertThat(line.get("by").asText()).isEqualTo("teacher");
        assertThat(line.get("text").asText()).endsWith(row.<String>getAs("text"));
        assertThat(row.<String>getAs("fault")).isNull();
      }
    }
    long kept = lines.stream().filter(line -> line.get("by").asText().equals("source")).count();
    assertThat(won + kept).isEqualTo(18);
    assertThat(won).isGreaterThan(9);
    assertThat(folder.resolve("out/_temporary")).doesNotExist();

    Cli.Result again =
        regenerate(corpus, "again", "--teacher", SMALL, "--candidates", 2, "--batch", 5);
    assertThat(again.exitCode()).as(again.err()).isZero();
    assertThat(Cli.hashes(folder.resolve("again"), ".jsonl"))
        .isEqualTo(Cli.hashes(folder.resolve("out"), ".jsonl"));

    Cli.Result calibrated =
        Cli.run(
            "calibrate",
            "--master",
            "local[2]",
            "--model",
            Cli.TINY,
            "--corpus",
            folder.resolve("out/text"),
            "--shard-by",
            "column:shard",
            "--sequence-length",
            16,
            "--sketches",
            folder.resolve("store"));
    assertThat(calibrated.exitCode()).as(calibrated.err()).isZero();
    assertThat(calibrated.out()).containsPattern("code +9 ").containsPattern("legal +9 ");
  }

  @Test
  void lastAnswerOfAConversationIsWrittenAnewAndTheRestStays() throws IOException {
    Path talk = folder.resolve("talk.jsonl");
    Files.writeString(
        talk,
        """
        {"text": [{"role": "user", "content": "Hello"}, {"role": "assistant", "content": "Hi"}, {"role": "user", "content": "Why is that?"}, {"role": "assistant", "content": "Because."}]}
        {"text": [{"role": "system", "content": "Nobody asks."}]}
        """);
    Cli.Result result =
        regenerate(
            talk, "out", "--self", "--recipe", "reason", "--min-tokens", 1, "--candidates", 2);
    assertThat(result.exitCode()).as(result.err()).isZero();
    for (JsonNode line : lines("out")) {
      JsonNode text = line.get("text");
      if (text.size() == 1) {
        assertThat(line.get("by").asText()).isEqualTo("source");
        assertThat(text.get(0).get("content").asText()).isEqualTo("Nobody asks.");
      } else {
        assertThat(text).hasSize(4);
        assertThat(text.get(2).get("content").asText()).isEqualTo("Why is that?");
        assertThat(text.get(3).get("role").asText()).isEqualTo("assistant");
      }
    }
  }

  @Test
  void whatCanNotBeAskedForIsRefused() throws IOException {
    Path corpus = corpus();
    assertRefused("Nobody writes", corpus);
    assertRefused("--self and --teacher exclude", corpus, "--self", "--teacher", SMALL);
    assertRefused("are all alike", corpus, "--self", "--temperature", 0);
    assertRefused("There is no prompt recipe x", corpus, "--self", "--recipe", "x");
    Path file = folder.resolve("odd.conf");
    Files.writeString(file, "text { keep = 0.5 }\nasks = \"x\"");
    assertRefused("has asks, and only answer", corpus, "--self", "--recipe", file);
    assertRefused("must not be negative", corpus, "--self", "--teacher-weight", -1);
    Path bare = Files.createDirectory(folder.resolve("bare"));
    for (String name : List.of("config.json", "tokenizer.json", "model.safetensors")) {
      Files.copy(Cli.TINY.resolve(name), bare.resolve(name));
    }
    assertRefused("no chat template", corpus, "--teacher", bare, "--recipe", "rephrase");
    Path empty = folder.resolve("empty.jsonl");
    Files.writeString(empty, "{\"text\": null}\n{\"text\": null}\n");
    assertRefused("None of the 2 documents of the corpus has a text", empty, "--self");
    assertThat(folder.resolve("out")).doesNotExist();
  }

  @Test
  void recipeInsideTheFolderThatIsWrittenIsRefusedAndStays() throws IOException {
    Path recipe = Files.createDirectories(folder.resolve("out")).resolve("mine.conf");
    Files.writeString(recipe, "text { keep = 0.5 }");
    assertRefused("--recipe", corpus(), "--self", "--overwrite", "--recipe", recipe);
    assertThat(recipe).exists();
  }

  private void assertRefused(String message, Object corpus, Object... more) {
    Cli.Result result = regenerate(corpus, "out", more);
    assertThat(result.exitCode()).as(message).isEqualTo(3);
    assertThat(result.err()).contains(message);
  }

  @Test
  void teacherOfAnotherFamilyIsWarnedOf() throws IOException {
    Path other = Files.createDirectory(folder.resolve("other"));
    for (String name : List.of("config.json", "tokenizer.json", "model.safetensors")) {
      Files.copy(Cli.TINY.resolve(name), other.resolve(name));
    }
    Files.writeString(
        other.resolve("tokenizer.json"), Files.readString(other.resolve("tokenizer.json")) + "\n");
    Cli.Result result = regenerate(corpus(), "out", "--teacher", other, "--candidates", 1);
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.out()).contains("may be of different families: their tokenizer.json differ.");
  }
}
