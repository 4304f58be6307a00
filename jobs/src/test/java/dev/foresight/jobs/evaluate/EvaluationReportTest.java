package dev.foresight.jobs.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foresight.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reports that were written on another day, maybe of another text. */
class EvaluationReportTest {
  private static final String TEXT =
      """
      {"model_sha256": "m", "model": "folder", "data_sha256": "0123456789abcdef0123",
       "tokenizer_sha256": "t", "tokens": 100, "window": 16, "windows": 6, "bos": true,
       "window_loss": [2.5, 3.5], "reference": {"model_sha256": "r"}}
      """;
  private static final String TASKS =
      """
      {"model_sha256": "m", "tasks": {
        "piqa": {"data_sha256": "d", "rows": 4, "max_length": 99, "bos": true,
                 "gold": [0, 1, 1, 0], "predicted": [0, 1, 0, 1], "predicted_norm": [0, 1, 1, 0]}}}
      """;

  private final Configuration conf = new Configuration();

  @TempDir private Path folder;

  private EvaluationReport read(String name, String json) throws IOException {
    Path file = Files.writeString(folder.resolve(name), json);
    return EvaluationReport.read(file.toString(), conf);
  }

  private void assertDiffers(String ours, String theirs, String... parts) throws IOException {
    EvaluationReport a = read("a.json", ours);
    EvaluationReport b = read("b.json", theirs);
    assertThatThrownBy(() -> a.requireSameData(b))
        .isInstanceOf(InputException.class)
        .hasMessageContainingAll(parts)
        .hasMessageEndingWith("evaluate both models on the same data.");
  }

  @Test
  void numbersAreThoseOfTheFile() throws IOException {
    EvaluationReport report = read("a.json", TEXT);
    assertThat(report.numbers("/window_loss")).containsExactly(2.5, 3.5);
    assertThat(report.numbers("/nothing")).isEmpty();
    assertThat(report.model()).isEqualTo("folder");
    assertThat(report.hasText()).isTrue();
    assertThat(report.tasks()).isEmpty();
  }

  @Test
  void rowIsRightWhereThePredictionIsTheGold() throws IOException {
    EvaluationReport report = read("a.json", TASKS);
    assertThat(report.right("piqa", "predicted")).containsExactly(true, true, false, false);
    assertThat(report.right("piqa", "predicted_norm")).containsOnly(true);
    assertThat(report.tasks()).containsExactly("piqa");
  }

  @Test
  void sameDataMayBeCompared() throws IOException {
    read("a.json", TEXT).requireSameData(read("b.json", TEXT.replace("2.5", "9.5")));
    read("a.json", TASKS).requireSameData(read("b.json", TASKS.replace("\"m\"", "\"other\"")));
  }

  @Test
  void everythingThatDiffersIsNamedWithBothValues() throws IOException {
    assertDiffers(
        TEXT,
        TEXT.replace("\"window\": 16", "\"window\": 32").replace("0123456789abcdef0123", "fedc"),
        "data_sha256 0123456789abcdef, not fedc",
        "window 16, not 32");
    assertDiffers(TEXT, TEXT.replace("\"bos\": true,", ""), "bos true, not missing");
  }

  @Test
  void taskOfOneReportAloneIsNamed() throws IOException {
    assertDiffers(
        TASKS, TASKS.replace("piqa", "boolq"), "task boolq is in one of them only; task piqa is");
    assertDiffers(TASKS, TASKS.replace("\"rows\": 4", "\"rows\": 5"), "task piqa: rows 4, not 5");
  }

  /** Without a reference in both there is none to share. */
  @Test
  void referenceIsSharedOnlyWhereBothHaveIt() throws IOException {
    EvaluationReport with = read("a.json", TEXT);
    assertThat(with.sharesReference(read("b.json", TEXT))).isTrue();
    assertThat(with.sharesReference(read("b.json", TEXT.replace("\"r\"", "\"s\"")))).isFalse();
    String without = TEXT.replace("\"reference\"", "\"other\"");
    assertThat(read("b.json", without).sharesReference(read("c.json", without))).isFalse();
    assertThat(with.sharesReference(read("b.json", without))).isFalse();
  }

  @Test
  void jsonOfSomethingElseIsNoReport() {
    for (String json : new String[] {"{}", "{\"model_sha256\": \"m\"}", "{\"tasks\": {}}"}) {
      assertThatThrownBy(() -> read("a.json", json))
          .isInstanceOf(InputException.class)
          .hasMessageEndingWith("a.json is no report of evaluate: write one by evaluate --report.");
    }
    assertThatThrownBy(() -> read("a.json", "[]")).isInstanceOf(InputException.class);
  }
}
