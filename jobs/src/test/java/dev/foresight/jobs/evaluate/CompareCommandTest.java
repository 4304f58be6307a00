package dev.foresight.jobs.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.foresight.jobs.Cli;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reports written by hand, as evaluate writes them. */
class CompareCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String REPORT =
      """
      {"model": "MODEL", "model_sha256": "MODEL", "tokenizer_sha256": "t", "data_sha256": "d",
       "tokens": 100, "window": 16, "windows": 4, "bos": "none", "window_loss": LOSSES,
       "reference": {"model_sha256": "float", "window_divergence": [0.1, 0.2, 0.1, 0.2]},
       "tasks": {"piqa": {"data_sha256": "p", "rows": 4, "max_length": 64, "bos": "none",
         "acc": ACC, "acc_norm": 0.5, "gold": [0, 1, 0, 1], "predicted": PREDICTED,
         "predicted_norm": [0, 1, 1, 0]}}}
      """;

  @TempDir private Path folder;

  private Path report(String name, String losses, String predicted, double acc) throws IOException {
    Path file = folder.resolve(name + ".json");
    Files.writeString(
        file,
        REPORT
            .replace("MODEL", name)
            .replace("LOSSES", losses)
            .replace("PREDICTED", predicted)
            .replace("ACC", Double.toString(acc)));
    return file;
  }

  private Path changed(String name, Path from, Consumer<ObjectNode> change) throws IOException {
    ObjectNode json = (ObjectNode) JSON.readTree(Files.readString(from));
    change.accept(json);
    Path file = folder.resolve(name + ".json");
    Files.writeString(file, json.toString());
    return file;
  }

  @Test
  void pairedNumbersOfWindowsAndRowsAreReported() throws IOException {
    Path a = report("a", "[3.0, 4.0, 3.5, 2.5]", "[0, 0, 0, 0]", 0.5);
    Path b = report("b", "[3.1, 4.1, 3.6, 2.6]", "[0, 1, 0, 1]", 1.0);
    Path written = folder.resolve("compared.json");
    Cli.Result result = Cli.run("compare", a, b, "--report", written, "--resamples", 500);
    assertThat(result.exitCode()).as(result.err()).isZero();
    JsonNode json = JSON.readTree(Files.readString(written));
    assertThat(json.at("/loss/difference").asDouble()).isCloseTo(0.1, within(1e-9));
    assertThat(json.at("/loss/low").asDouble()).isCloseTo(0.1, within(1e-9));
    assertThat(json.at("/divergence/difference").asDouble()).isZero();
    assertThat(json.at("/tasks/piqa/acc/only_b").asInt()).isEqualTo(2);
    assertThat(json.at("/tasks/piqa/acc/only_a").asInt()).isZero();
    assertThat(json.at("/tasks/piqa/acc/p").asDouble()).isEqualTo(0.5); // two throws, both heads
    assertThat(json.at("/tasks/piqa/acc_norm/p").asDouble()).isOne();
    assertThat(result.out()).contains("piqa acc: A 0.5000, B 1.0000, B − A +0.5000");
    assertThat(result.out()).contains("divergence").contains("no clear difference");
  }

  @Test
  void reportsOfOtherDataWindowsOrTasksAreRefused() throws IOException {
    Path a = report("a", "[3.0, 4.0, 3.5, 2.5]", "[0, 0, 0, 0]", 0.5);
    requireRefused(
        a,
        changed("data", a, json -> json.put("data_sha256", "other")),
        "data_sha256 d, not other");
    requireRefused(a, changed("window", a, json -> json.put("window", 32)), "window 16, not 32");
    requireRefused(
        a,
        changed("rows", a, json -> ((ObjectNode) json.at("/tasks/piqa")).put("rows", 9)),
        "task piqa: rows 4, not 9");
    requireRefused(
        a,
        changed("tasks", a, json -> json.putObject("tasks").putObject("boolq")),
        "task boolq is in one of them only; task piqa is in one of them only");
    requireRefused(a, changed("text", a, json -> json.remove("window")), "window 16, not missing");
  }

  private static void requireRefused(Path a, Path b, String message) {
    Cli.Result result = Cli.run("compare", a, b);
    assertThat(result.exitCode()).isEqualTo(3);
    assertThat(result.err().lines()).hasSize(1);
    assertThat(result.err()).contains("can't be compared", message, "on the same data");
  }

  @Test
  void fileThatIsNoReportIsRefused() throws IOException {
    Path a = report("a", "[3.0, 4.0, 3.5, 2.5]", "[0, 0, 0, 0]", 0.5);
    Path other = changed("other", a, json -> json.remove("model_sha256"));
    Cli.Result result = Cli.run("compare", a, other);
    assertThat(result.exitCode()).isEqualTo(3);
    assertThat(result.err()).contains("other.json is no report of evaluate");
  }

  @Test
  void referencesThatDifferAreNotCompared() throws IOException {
    Path a = report("a", "[3.0, 4.0, 3.5, 2.5]", "[0, 0, 0, 0]", 0.5);
    Path b =
        changed(
            "b", a, json -> ((ObjectNode) json.get("reference")).put("model_sha256", "another"));
    Cli.Result result = Cli.run("compare", a, b);
    assertThat(result.exitCode()).isZero();
    assertThat(result.out()).contains("loss").doesNotContain("divergence");
  }
}
