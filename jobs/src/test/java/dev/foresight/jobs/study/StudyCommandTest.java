package dev.foresight.jobs.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.foresight.jobs.Cli;
import dev.foresight.jobs.DemoStore;
import dev.foresight.jobs.SharedSpark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.commons.io.FileUtils;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A small study of two shards, and what is done to its folder. */
class StudyCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Object[] WHOLE = {"--leave-one-out", "--budgets", 4};
  private static final String HELD_OUT = Cli.DATASETS.resolve("heldout") + "/{code,legal}.jsonl";

  @TempDir private static Path folder;
  private static Path store;
  private static Path study;
  private static String said;

  @BeforeAll
  static void studyOnce() {
    store = DemoStore.path();
    study = folder.resolve("study");
    Cli.Result result = study(study, WHOLE);
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.out())
        .contains("[7/7]", "one shard instead of all costs", "95 % of 2000 resamples")
        .contains("No window shares a run of");
    said = result.out();
  }

  private static Cli.Result study(Path out, Object... options) {
    List<Object> all =
        new ArrayList<>(
            List.of("study", "--master", "local[2]", "--model", Cli.TINY, "--sketches", store));
    all.addAll(List.of("--data", HELD_OUT, "--methods", "rtn,awq", "--group", 64, "--per-shard"));
    all.addAll(List.of("--window", 64, "--windows", 3, "--out", out));
    all.addAll(List.of(options));
    return Cli.run(all.toArray());
  }

  private static Path copyOfTheStudy(String name) throws IOException {
    Path copy = folder.resolve(name);
    FileUtils.copyDirectory(study.toFile(), copy.toFile());
    return copy;
  }

  private static JsonNode json(Path out) throws IOException {
    return JSON.readTree(Files.readString(out.resolve("study.json")));
  }

  private static JsonNode statistic(String name) throws IOException {
    for (JsonNode statistic : json(study).path("statistics")) {
      if (statistic.path("name").asText().equals(name)
          && statistic.path("measure").asText().equals("divergence")
          && statistic.path("method").asText().equals("awq")) {
        return statistic.path("interval");
      }
    }
    throw new AssertionError("There is no " + name);
  }

  @Test
  void everyVariantIsJudgedOnEveryDomain() throws IOException {
    // rtn once; awq on all, each shard, all but each, and the first 4 sequences
    assertThat(json(study).path("cells")).hasSize((1 + 6) * 2);
  }

  /** Perplexity, KL, same top token, against awq with its interval, bytes and seconds. */
  @Test
  void tableOfMethodsHoldsTheNumbersOfTheCells() throws IOException {
    String number = "-?[\\d.,]+";
    String row = " +(%s) +(%s) +(%s)%%  ".formatted(number, number, number);
    assertThat(said)
        .containsPattern("method +perplexity +mean KL +same top +against awq +bytes +seconds")
        .containsPattern("float" + row + " +(%s)".formatted(number))
        .containsPattern("rtn" + row + "[+-][\\d.]+ % \\[.*\\] +" + number + " +\\d");
    double mean = (divergence("all", "code") + divergence("all", "legal")) / 2;
    assertThat(said).containsPattern("awq +%s +%.5f ".formatted(number, mean));
  }

  @Test
  void bytesOfACellAreThoseOfTheFolderWritten() throws IOException {
    Path written = folder.resolve("rtn");
    Object[] quantize = {
      "quantize",
      "--model",
      Cli.TINY,
      "--method",
      "rtn",
      "--bits",
      3,
      "--group",
      64,
      "--out",
      written
    };
    assertThat(Cli.run(quantize).exitCode()).isZero();
    long bytes = 0;
    try (Stream<Path> files = Files.list(written)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        bytes += file.toString().endsWith(".safetensors") ? Files.size(file) : 0;
      }
    }
    for (JsonNode cell : json(study).path("cells")) {
      assertThat(cell.path("bytes").asLong()).isEqualTo(bytes); // awq's scales are folded away
    }
  }

  /** Of two shards, all but one is the other: one cell serves both. */
  @Test
  void partsOfTheSameSlicesAreJudgedOnce() throws IOException {
    assertThat(Cli.hashes(study.resolve("cells"), ".json")).hasSize((1 + 4) * 2);
    assertThat(divergence("without legal", "code")).isEqualTo(divergence("code", "code"));
  }

  private static double divergence(String calibratedOn, String domain) throws IOException {
    for (JsonNode cell : json(study).path("cells")) {
      if (cell.path("calibrated_on").asText().equals(calibratedOn)
          && cell.path("domain").asText().equals(domain)) {
        return cell.path("divergence").asDouble(Double.NaN);
      }
    }
    throw new AssertionError("There is no cell of " + calibratedOn);
  }

  @Test
  void statisticsAreThoseOfTheMatrix() throws IOException {
    double home = (divergence("code", "code") + divergence("legal", "legal")) / 2;
    double away = (divergence("code", "legal") + divergence("legal", "code")) / 2;
    assertThat(statistic("away_penalty").path("value").asDouble())
        .isCloseTo(away - home, within(1e-9));
    assertThat(statistic("pooled").path("low").asDouble()).isPositive();
  }

  @Test
  void cellIsWhatQuantizeAndEvaluateSay() throws IOException {
    Path model = folder.resolve("legal-alone");
    Object[] quantize = {
      "quantize",
      "--master",
      "local[2]",
      "--model",
      Cli.TINY,
      "--sketches",
      store,
      "--method",
      "awq",
      "--bits",
      3,
      "--group",
      64,
      "--shards",
      "legal",
      "--out",
      model
    };
    assertThat(Cli.run(quantize).exitCode()).isZero();
    Path report = folder.resolve("legal-alone.json");
    Object[] evaluate = {
      "evaluate",
      "--master",
      "local[2]",
      "--model",
      model,
      "--reference",
      Cli.TINY,
      "--data",
      Cli.DATASETS.resolve("heldout/code.jsonl"),
      "--window",
      64,
      "--windows",
      3,
      "--report",
      report
    };
    assertThat(Cli.run(evaluate).exitCode()).isZero();
    assertThat(divergence("legal", "code"))
        .isEqualTo(
            JSON.readTree(Files.readString(report)).at("/reference/divergence_mean").asDouble());
  }

  @Test
  void killedStudyGoesOnWithTheCellsThatAreFinished() throws IOException {
    Path killed = copyOfTheStudy("killed");
    Map<String, String> before = Cli.hashes(killed, ".json");
    List<Path> cells;
    try (Stream<Path> files = Files.list(killed.resolve("cells"))) {
      cells = files.sorted().toList();
    }
    Files.delete(killed.resolve("_SUCCESS"));
    for (String left : List.of("study.json", "run.json", "report.html")) {
      Files.deleteIfExists(killed.resolve(left));
    }
    Files.createDirectories(killed.resolve("_temporary/variants/half"));
    Files.delete(cells.get(0));
    Files.writeString(cells.get(1), "{\"identity\": {"); // not by us: ours are whole or not there
    var kept = Files.getLastModifiedTime(cells.get(2));
    assertThat(study(killed, WHOLE).exitCode()).isZero();
    before.remove("run.json");
    assertThat(Cli.hashes(killed, ".json")).containsAllEntriesOf(before);
    assertThat(Files.getLastModifiedTime(cells.get(2))).isEqualTo(kept);
    assertThat(killed.resolve("_temporary")).doesNotExist();
  }

  @Test
  void extendedStudyJudgesWhatIsNewOnly() throws IOException {
    Path grown = copyOfTheStudy("grown");
    Map<String, String> before = Cli.hashes(grown.resolve("cells"), ".json");
    assertThat(study(grown, "--leave-one-out", "--budgets", 4, "--extend", "--bootstrap", 1))
        .extracting(Cli.Result::exitCode)
        .isEqualTo(0);
    assertThat(Cli.hashes(grown.resolve("cells"), ".json")).containsAllEntriesOf(before);
  }

  @Test
  void tablesHoldEveryWindowAndDistance() throws IOException {
    SparkSession session = SharedSpark.session();
    String tables = study.resolve("tables").toString();
    assertThat(session.read().parquet(tables + "/cells").count()).isEqualTo(14);
    assertThat(session.read().parquet(tables + "/windows").count()).isEqualTo(14 * 3);
    var distances = session.read().parquet(tables + "/distances");
    assertThat(distances.count()).isEqualTo(8 * 4); // one pair of shards: blocks x roles
    assertThat(distances.filter("difference <= 0 or difference > 2").count()).isZero();
    assertThat(session.read().parquet(tables + "/profiles").count()).isEqualTo(2 * 8 * 4);
  }
}
