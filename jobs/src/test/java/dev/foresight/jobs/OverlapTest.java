package dev.foresight.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Judged text that was calibrated on. */
class OverlapTest {
  @TempDir private static Path folder;
  private static Path store;
  private static Path withoutIds;

  @BeforeAll
  static void calibrateTwice() {
    store = folder.resolve("store");
    withoutIds = folder.resolve("without-ids");
    for (Path target : new Path[] {store, withoutIds}) {
      Cli.Result result =
          Cli.run(
              "calibrate",
              "--master",
              "local[2]",
              "--model",
              Cli.TINY,
              "--corpus",
              Cli.DATASETS.resolve("corpus") + "/{code,reasoning}.jsonl",
              "--sketches",
              target,
              "--sequence-length",
              64,
              "--sequences-per-shard",
              200,
              "--slice",
              200,
              "--rows",
              0,
              "--no-token-ids=" + target.equals(withoutIds));
      assertThat(result.exitCode()).as(result.err()).isZero();
    }
  }

  private static Cli.Result evaluate(Path sketches, Path data, Path report) {
    return Cli.run(
        "evaluate",
        "--master",
        "local[2]",
        "--model",
        Cli.TINY,
        "--data",
        data,
        "--window",
        256,
        "--windows",
        4,
        "--sketches",
        sketches,
        "--report",
        report);
  }

  @Test
  void windowsOfTheCorpusAreFoundInTheirShard() throws IOException {
    Path report = folder.resolve("seen.json");
    Cli.Result result = evaluate(store, Cli.DATASETS.resolve("corpus/reasoning.jsonl"), report);
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.out()).contains("Warning: ", "of 4 windows share", "(reasoning)");
    JsonNode overlap = new ObjectMapper().readTree(Files.readString(report)).path("overlap");
    assertThat(overlap.path("windows").asInt()).isPositive();
    assertThat(overlap.path("shards")).hasSize(1);
  }

  @Test
  void otherTextIsNotFound() {
    Cli.Result result =
        evaluate(
            store, Cli.DATASETS.resolve("heldout/dialogue.jsonl"), folder.resolve("unseen.json"));
    assertThat(result.out()).contains("No window shares").doesNotContain("Warning");
  }

  @Test
  void storeWithoutTokenIdsSaysThatItWasNotLookedAt() {
    Cli.Result result =
        evaluate(
            withoutIds, Cli.DATASETS.resolve("corpus/code.jsonl"), folder.resolve("unknown.json"));
    assertThat(result.out()).contains("code, reasoning", "--no-token-ids");
  }
}
