package dev.foresight.jobs.generate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.foresight.jobs.Cli;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Text of the demo model. */
class GenerateTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;

  private Path prompts(int count) throws IOException {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      lines.add("{\"text\": \"Chapter %d of the book begins with\"}".formatted(i));
    }
    return Files.write(folder.resolve("prompts.jsonl"), lines);
  }

  private Cli.Result generate(Path prompts, String out, Object... more) {
    List<Object> args =
        new ArrayList<>(
            List.of(
                "generate",
                "--master",
                "local[2]",
                "--model",
                Cli.TINY,
                "--prompts",
                prompts,
                "--out",
                folder.resolve(out),
                "--max-tokens",
                6,
                "--temperature",
                0.9));
    args.addAll(List.of(more));
    return Cli.run(args.toArray());
  }

  private List<JsonNode> lines(String out, String part) throws IOException {
    List<JsonNode> lines = new ArrayList<>();
    for (String line : Files.readAllLines(folder.resolve(out).resolve(part))) {
      lines.add(JSON.readTree(line));
    }
    return lines;
  }

  @Test
  void corpusOfPromptsBecomesACorpusOfTextWhateverTheOrderOfItsLines() throws IOException {
    Path some = prompts(20);
    assertThat(generate(some, "a", "--candidates", 2).exitCode()).isZero();
    List<String> reversed = new ArrayList<>(Files.readAllLines(some));
    java.util.Collections.reverse(reversed);
    Files.write(some, reversed);
    assertThat(generate(some, "b", "--candidates", 2, "--batch", 3).exitCode()).isZero();

    assertThat(lines("a", "text/part-00000.jsonl")).hasSize(32);
    assertThat(lines("a", "text/part-00001.jsonl")).hasSize(8);
    assertThat(Cli.hashes(folder.resolve("b"), ".jsonl"))
        .isEqualTo(Cli.hashes(folder.resolve("a"), ".jsonl"));
    JsonNode line = lines("a", "text/part-00000.jsonl").get(1);
    assertThat(line.get("prompt").asText()).startsWith("Chapter ");
    assertThat(line.get("shard").asText()).isEqualTo("prompts");
    assertThat(line.get("candidate").asInt()).isEqualTo(1);
    assertThat(line.get("tokens").asInt()).isBetween(1, 6);
    assertThat(line.get("log_probability").asDouble()).isNegative();
    JsonNode report = JSON.readTree(folder.resolve("a/report.json").toFile());
    assertThat(report.get("lines").asInt()).isEqualTo(40);
    assertThat(report.get("files").size()).isEqualTo(2);
    assertThat(folder.resolve("a/_SUCCESS")).exists();
    assertThat(folder.resolve("a/_temporary")).doesNotExist();
  }

  @Test
  void generatedTextCalibratesWithTheShardsOfItsPrompts() throws IOException {
    assertThat(generate(prompts(6), "out", "--max-tokens", 20).exitCode()).isZero();
    Cli.Result result =
        Cli.run(
            "calibrate",
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
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.out()).containsPattern("prompts +6 ");
  }

  @Test
  void runThatWasKilledGoesOnWithTheFilesThatItHas() throws IOException {
    Path some = prompts(20);
    assertThat(generate(some, "whole").exitCode()).isZero();
    Path killed = Files.createDirectories(folder.resolve("killed/_temporary")).getParent();
    Files.copy(folder.resolve("whole/foresight.json"), killed.resolve("foresight.json"));
    ObjectNode plan = (ObjectNode) JSON.readTree(folder.resolve("whole/report.json").toFile());
    plan.remove(List.of("files", "lines", "tokens"));
    Files.writeString(killed.resolve("_temporary/plan.json"), plan.toString());
    String kept = "{\"text\": \"written before\", \"tokens\": 2}\n";
    Files.createDirectory(killed.resolve("text"));
    Files.writeString(killed.resolve("text/part-00000.jsonl"), kept);

    Cli.Result result = generate(some, "killed");
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.out()).contains("Goes on with what an earlier run has written.");
    assertThat(killed.resolve("text/part-00000.jsonl")).hasContent(kept);
    assertThat(killed.resolve("text/part-00001.jsonl"))
        .hasSameBinaryContentAs(folder.resolve("whole/text/part-00001.jsonl"));
  }

  @Test
  void finishedFolderIsReplacedOnlyOnRequestAndAnotherOneNever() throws IOException {
    Path some = prompts(2);
    assertThat(generate(some, "out").exitCode()).isZero();
    Cli.Result again = generate(some, "out");
    assertThat(again.exitCode()).isEqualTo(3);
    assertThat(again.err()).contains("exists and is not empty", "--overwrite");
    assertThat(generate(some, "out", "--overwrite").exitCode()).isZero();
    Files.writeString(folder.resolve("out/notes.txt"), "mine");
    Cli.Result foreign = generate(some, "out", "--overwrite");
    assertThat(foreign.exitCode()).isEqualTo(3);
    assertThat(foreign.err()).contains("notes.txt, which Foresight did not write");
    assertThat(folder.resolve("out/text/part-00000.jsonl")).exists();
  }

  @Test
  void promptThatIsTooLongIsNamedAndNothingIsLeftBehind() throws IOException {
    String text = "word ".repeat(5000);
    Path some = folder.resolve("long.jsonl");
    Files.writeString(some, "{\"text\": \"short\"}\n{\"text\": \"" + text + "\"}\n");
    Cli.Result result = generate(some, "out");
    assertThat(result.exitCode()).isEqualTo(3);
    assertThat(result.err())
        .contains("The prompt of shard long that begins 'word word", "nothing can follow it");
    assertThat(folder.resolve("out")).doesNotExist();
  }

  @Test
  void promptsOfTheCommandLineArePrinted() {
    Cli.Result result =
        Cli.run(
            "generate",
            "--model",
            Cli.TINY,
            "--prompt",
            "The sky",
            "--prompt",
            "A book",
            "--max-tokens",
            4,
            "--candidates",
            2);
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.out().lines().filter(line -> line.startsWith("-- "))).hasSize(4);
  }

  @Test
  void whatDoesNotBelongTogetherIsRefused() throws IOException {
    Path some = prompts(1);
    assertRefused("There is nothing to continue");
    assertRefused("--prompts needs --out", "--prompts", some);
    assertRefused("--out belongs to --prompts", "--prompt", "a", "--out", folder.resolve("x"));
    assertRefused("exclude each other", "--prompt", "a", "--prompts", some, "--out", "x");
    assertRefused("--memory streaming can't generate", "--prompt", "a", "--memory", "streaming");
    assertRefused("--top-p is 2.0", "--prompt", "a", "--top-p", 2);
    assertRefused("has no tokens", "--prompt", "");
    Path bare = withoutTemplate();
    Cli.Result result = Cli.run("generate", "--model", bare, "--user", "a");
    assertThat(result.exitCode()).isEqualTo(3);
    assertThat(result.err()).contains("--user is a conversation", "no chat template");
  }

  private Path withoutTemplate() throws IOException {
    Path bare = Files.createDirectory(folder.resolve("bare"));
    for (String file : List.of("config.json", "tokenizer.json", "model.safetensors")) {
      Files.copy(Cli.TINY.resolve(file), bare.resolve(file));
    }
    return bare;
  }

  private static void assertRefused(String message, Object... more) {
    List<Object> args = new ArrayList<>(List.of("generate", "--model", Cli.TINY));
    args.addAll(List.of(more));
    Cli.Result result = Cli.run(args.toArray());
    assertThat(result.exitCode()).as(message).isEqualTo(3);
    assertThat(result.err()).contains(message);
  }
}
