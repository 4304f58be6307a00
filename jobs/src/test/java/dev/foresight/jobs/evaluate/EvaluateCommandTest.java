package dev.foresight.jobs.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.foresight.jobs.Cli;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tasks and text through the command line, and what is refused of them. */
class EvaluateCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String OWN =
      "{\"goal\": \"How to boil an egg\", \"sol1\": \"Put it in hot water\", \"sol2\": \"Put it in"
          + " sand\", \"label\": 0}\n"
          + "{\"goal\": \"Open a jar\", \"sol1\": \"Sing\", \"sol2\": \"Turn its lid\", \"label\":"
          + " 1}\n";
  private static final String RENDERED =
      "{\"ctx\": \"Question: How to boil an egg\\nAnswer:\", \"choices\": [\" Put it in hot"
          + " water\", \" Put it in sand\"], \"gold\": 0}\n"
          + "{\"ctx\": \"Question: Open a jar\\nAnswer:\", \"choices\": [\" Sing\", \" Turn its"
          + " lid\"], \"gold\": 1}\n";

  @TempDir private Path folder;

  private static Cli.Result evaluate(String master, Object... options) {
    List<Object> all = new ArrayList<>(List.of("evaluate", "--master", master));
    all.addAll(List.of(options));
    return Cli.run(all.toArray());
  }

  private JsonNode report(String master, Object... options) throws IOException {
    Path file = folder.resolve("report.json");
    List<Object> all = new ArrayList<>(List.of("--model", Cli.TINY, "--report", file));
    all.addAll(List.of(options));
    Cli.Result result = evaluate(master, all.toArray());
    assertThat(result.exitCode()).as(result.err()).isZero();
    return JSON.readTree(Files.readString(file));
  }

  private String file(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.writeString(file, text);
    return file.toString();
  }

  private static void assertRefused(Cli.Result result, String... parts) {
    assertThat(result.exitCode()).as(result.err()).isEqualTo(3);
    assertThat(result.err().lines()).hasSize(1);
    assertThat(result.err()).startsWith("foresight: ").contains(parts);
  }

  @Test
  void renderedRowsAndThoseOfTheDataSetAreTheSameTask() throws IOException {
    JsonNode own = report("local[2]", "--task", "piqa=" + file("own.jsonl", OWN)).at("/tasks/piqa");
    JsonNode rendered =
        report("local[1]", "--task", "piqa=" + file("rendered.jsonl", RENDERED)).at("/tasks/piqa");
    assertThat(own.path("rows").asInt()).isEqualTo(2);
    assertThat(own.path("log_likelihoods")).isEqualTo(rendered.path("log_likelihoods"));
    assertThat(own.path("predicted")).isEqualTo(rendered.path("predicted"));
    assertThat(own.path("acc").isNumber()).isTrue();
    assertThat(own.path("acc_norm_stderr").isNumber()).isTrue();
    assertThat(own.path("bos").asText()).isEqualTo("none");
    assertThat(own.path("max_length").asInt()).isEqualTo(2048);
  }

  @Test
  void textAndTasksStandInOneReportWithAllThatTheNumbersDependOn() throws IOException {
    JsonNode report =
        report(
            "local[2]",
            "--data",
            Cli.DATASETS.resolve("heldout/legal.jsonl"),
            "--window",
            64,
            "--windows",
            3,
            "--task",
            "piqa=" + file("rows.jsonl", OWN),
            "--task",
            "lambada=" + file("words.jsonl", "{\"text\": \"one two three\"}\n"),
            "--limit",
            1);
    assertThat(report.path("windows").asInt()).isEqualTo(3);
    assertThat(report.path("windows_in_text").asInt()).isGreaterThan(3);
    assertThat(report.path("window_loss")).hasSize(3);
    assertThat(report.path("data_sha256").asText()).hasSize(64);
    assertThat(report.path("tokenizer_sha256").asText()).hasSize(64);
    assertThat(report.at("/tasks/piqa/rows").asInt()).isOne();
    assertThat(report.at("/tasks/piqa/rows_in_file").asInt()).isEqualTo(2);
    assertThat(report.at("/tasks/lambada/perplexity").asDouble()).isGreaterThan(1);
  }

  @Test
  void rowThatLacksAFieldIsNamedByItsLine() throws IOException {
    String rows = file("rows.jsonl", OWN + "{\"goal\": \"g\", \"sol1\": \"a\", \"label\": 0}\n");
    assertRefused(
        evaluate("local[1]", "--model", Cli.TINY, "--task", "piqa=" + rows),
        "rows.jsonl, line 3",
        "\"sol2\" is missing");
  }

  @Test
  void nothingToJudgeOnIsRefused() {
    assertRefused(evaluate("local[1]", "--model", Cli.TINY), "--data", "--task");
  }

  @Test
  void settingsOfTextWithoutTextAreRefused() throws IOException {
    String rows = "piqa=" + file("rows.jsonl", OWN);
    for (String option : List.of("--reference", "--reference-states", "--sketches")) {
      assertRefused(
          evaluate("local[1]", "--model", Cli.TINY, "--task", rows, option, folder),
          option,
          "belong to text");
    }
  }

  @Test
  void textShorterThanAWindowIsRefused() throws IOException {
    assertRefused(
        evaluate("local[1]", "--model", Cli.TINY, "--data", file("short.txt", "A few words.")),
        "less than one --window of 2048");
  }

  @Test
  void referenceOfAnotherVocabularyIsRefused() throws IOException {
    Path other = Path.of("../core/src/test/resources/onnx/llama").toAbsolutePath().normalize();
    assertRefused(
        evaluate(
            "local[1]",
            "--model",
            Cli.TINY,
            "--reference",
            other,
            "--window",
            16,
            "--data",
            file("text.txt", "A sentence of words. ".repeat(50))),
        "vocabulary of 4096",
        "one of 256");
  }

  @Test
  void keptStatesThatWereCutAreRefused() throws IOException {
    Path states = folder.resolve("states");
    Object[] options = {
      "--model",
      Cli.TINY,
      "--reference",
      Cli.TINY,
      "--reference-states",
      states,
      "--window",
      16,
      "--data",
      file("text.txt", "A sentence of words. ".repeat(50))
    };
    assertThat(evaluate("local[1]", options).exitCode()).isZero();
    try (Stream<Path> files = Files.walk(states)) {
      Path kept = files.filter(file -> file.toString().endsWith(".f32")).findFirst().orElseThrow();
      Files.write(kept, new byte[12]);
    }
    assertRefused(evaluate("local[1]", options), ".f32 has 12 bytes", "Remove the file");
  }

  @Test
  void folderThatForesightDidNotFinishIsRefused() throws IOException {
    Path model = copy();
    Files.writeString(model.resolve("report.json"), "{\"writer\": \"foresight\"}");
    String rows = "piqa=" + file("rows.jsonl", OWN);
    assertRefused(
        evaluate("local[1]", "--model", model, "--task", rows), "is not finished", "_SUCCESS");
    Files.writeString(model.resolve("report.json"), "{\"writer\": \"somebody\"}");
    assertThat(evaluate("local[1]", "--model", model, "--task", rows).exitCode()).isZero();
  }

  @Test
  void damagedFolderIsRefused() throws IOException {
    Path model = copy();
    Path weights = model.resolve("model.safetensors");
    byte[] bytes = Files.readAllBytes(weights);
    Files.write(weights, Arrays.copyOf(bytes, bytes.length - 1));
    assertRefused(
        evaluate("local[1]", "--model", model, "--task", "piqa=" + file("rows.jsonl", OWN)),
        "model.safetensors");
  }

  @Test
  void weightThatIsNotFiniteIsNamedWithItsBlock() throws IOException {
    Path model = copy();
    Path weights = model.resolve("model.safetensors");
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(weights)).order(ByteOrder.LITTLE_ENDIAN);
    int header = (int) bytes.getLong(0);
    String name = "model.layers.2.mlp.up_proj.weight";
    JsonNode json =
        JSON.readTree(new String(bytes.array(), Long.BYTES, header, StandardCharsets.UTF_8));
    int start = Long.BYTES + header + json.path(name).path("data_offsets").get(0).asInt();
    bytes.putShort(start + 20, (short) 0x7c00); // fp16 infinity
    Files.write(weights, bytes.array());
    assertRefused(
        evaluate("local[1]", "--model", model, "--task", "piqa=" + file("rows.jsonl", OWN)),
        "element 10 of " + name,
        "Infinity");
  }

  private Path copy() throws IOException {
    Path model = folder.resolve("model");
    Files.createDirectory(model);
    try (Stream<Path> files = Files.list(Cli.TINY)) {
      for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
        Files.copy(file, model.resolve(file.getFileName()));
      }
    }
    return model;
  }
}
