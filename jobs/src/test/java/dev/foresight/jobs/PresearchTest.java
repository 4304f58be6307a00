package dev.foresight.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.foresight.importance.Window;
import dev.foresight.jobs.quantize.Presearched;
import dev.foresight.jobs.study.PresearchForms;
import dev.foresight.spark.study.Form;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A search over few forms, and what quantize makes of its entry. */
class PresearchTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private static Path folder;
  private final Path store = DemoStore.path();

  private Cli.Result presearch(Path entry, Object... options) {
    List<Object> all = new ArrayList<>(List.of("presearch", "--master", "local[2]"));
    all.addAll(List.of("--model", Cli.TINY, "--sketches", store, "--family", "tiny"));
    all.addAll(List.of("--data", Cli.DATASETS.resolve("heldout/code.jsonl")));
    all.addAll(List.of("--group", 64, "--window", 64, "--windows", 2));
    all.addAll(List.of("--blends", "0.5", "--blocks", 2, "--normalizations", "mean"));
    all.addAll(List.of("--roles", "residual", "--calibrate-on", "legal"));
    all.addAll(List.of("--work", folder.resolve("work"), "--out", entry));
    all.addAll(List.of(options));
    return Cli.run(all.toArray());
  }

  @Test
  void entryHoldsTheBestWindowAndTheWholeTable() throws IOException {
    Path file = folder.resolve("tiny.json");
    Cli.Result result = presearch(file);
    assertThat(result.exitCode()).as(result.err()).isZero();
    JsonNode entry = JSON.readTree(Files.readString(file));
    // no window, the fallback, and the one form that was asked for; one shard can't disagree
    assertThat(result.out()).contains("Note: adaptive blends need several shards");
    assertThat(entry.path("tried")).hasSize(3);
    assertThat(entry.path("judged")).hasSize(3);
    double best = Double.POSITIVE_INFINITY;
    String label = "";
    for (JsonNode form : entry.path("judged")) {
      double divergence = form.at("/divergence/value").asDouble();
      if (divergence < best) {
        best = divergence;
        label = form.path("form").asText();
      }
    }
    assertThat(result.out()).contains("Best window: " + label);
    assertThat(entry.at("/match/hidden_size").asInt()).isEqualTo(128);

    Path out = folder.resolve("quantized");
    Object[] quantize = {
      "quantize",
      "--master",
      "local[2]",
      "--model",
      Cli.TINY,
      "--sketches",
      store,
      "--method",
      "faq",
      "--group",
      64,
      "--presearched",
      file,
      "--out",
      out
    };
    Cli.Result quantized = Cli.run(quantize);
    assertThat(quantized.exitCode()).as(quantized.err()).isZero();
    assertThat(quantized.out())
        .contains("Window: tiny (blend " + entry.at("/window/blend").asDouble());
  }

  @Test
  void entryThatIsThereStaysUnlessItMayBeReplaced() throws IOException {
    Path file = folder.resolve("there.json");
    Files.writeString(file, "{}");
    Cli.Result result = presearch(file);
    assertThat(result.exitCode()).isEqualTo(3);
    assertThat(result.err()).contains("there.json", "--overwrite");
    assertThat(file).hasContent("{}");
  }

  @Test
  void calibrationOnEverythingLeavesNothingToMeasureOn() {
    Path file = folder.resolve("everything.json");
    Cli.Result result = presearch(file, "--calibrate-on", "code+legal");
    assertThat(result.exitCode()).isEqualTo(3);
    assertThat(result.err()).contains("--calibrate-on code+legal is all of");
    assertThat(file).doesNotExist();
  }

  @Test
  void windowOutOfRangeIsRefused() {
    Path file = folder.resolve("range.json");
    Cli.Result result = presearch(file, "--blocks", -1);
    assertThat(result.exitCode()).isEqualTo(3);
    assertThat(result.err()).contains("--window-blocks -1");
    assertThat(file).doesNotExist();
  }

  @Test
  void bestOfEachKindIsComparedWhateverTheLocalLossSays() {
    Form none = PresearchForms.none();
    Form fallback = Form.of(Window.fallback());
    List<Form> forms =
        new PresearchForms(
                List.of(0.3, 0.5),
                List.of(1),
                List.of("uniform"),
                List.of("none", "mean"),
                List.of("all"),
                true)
            .all(true);
    assertThat(forms).hasSize(2 + 4 + 1).startsWith(none, fallback);
    Map<Form, Double> losses = new LinkedHashMap<>();
    for (int i = 0; i < forms.size(); i++) {
      losses.put(forms.get(i), i * 0.1); // no window is best, as a local loss would have it
    }
    List<Form> shortlist = PresearchForms.shortlist(losses, 1);
    assertThat(shortlist.stream().map(Form::kind))
        .containsExactlyInAnyOrder("none", "log, all", "none, all", "mean, all", "adaptive");
  }

  /**
   * Presearched names the entries that are built in; a file that it forgets would never be read.
   */
  @Test
  void everyCommittedEntryIsReadForItsOwnFamily() throws IOException {
    Path entries = Path.of("../conf/presearched");
    try (var files = Files.list(entries)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        JsonNode entry = JSON.readTree(Files.readString(file));
        assertThat(Presearched.familyOf(entry.path("match")))
            .contains(entry.path("family").asText());
      }
    }
  }
}
