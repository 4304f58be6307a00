package dev.foresight.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The 8-bit pass: close to fp32, and never mistaken for it. */
class PrecisionTest {
  @TempDir private Path folder;

  private JsonNode evaluate(String precision) throws IOException {
    Path report = folder.resolve(precision + ".json");
    Cli.Result result =
        Cli.run(
            "evaluate",
            "--master",
            "local[2]",
            "--model",
            Cli.TINY,
            "--reference",
            Cli.TINY,
            "--reference-states",
            folder.resolve("states"),
            "--precision",
            precision,
            "--data",
            Cli.DATASETS.resolve("heldout/legal.jsonl"),
            "--window",
            64,
            "--windows",
            4,
            "--report",
            report);
    assertThat(result.exitCode()).as(result.err()).isZero();
    return new ObjectMapper().readTree(Files.readString(report));
  }

  @Test
  void perplexityIn8BitsIsCloseAndTheReferencesStatesAreKeptApart() throws IOException {
    JsonNode exact = evaluate("fp32");
    JsonNode rounded = evaluate("int8");
    assertThat(rounded.path("precision").asText()).isEqualTo("INT8");
    assertThat(rounded.path("perplexity").asDouble())
        .isNotEqualTo(exact.path("perplexity").asDouble())
        .isCloseTo(exact.path("perplexity").asDouble(), withinPercentage(5));
    // model and reference ran in the same arithmetic, each time
    for (JsonNode report : new JsonNode[] {exact, rounded}) {
      assertThat(report.at("/reference/divergence_mean").asDouble(Double.NaN)).isZero();
    }
    try (var kept = Files.list(folder.resolve("states"))) {
      assertThat(kept).hasSize(2);
    }
  }

  @Test
  void sketchesOfThe8BitPassDoNotJoinThoseOfFp32() throws IOException {
    Path store = DemoStore.copyTo(folder.resolve("sketches"));
    System.setProperty("spark.foresight.calibrate.precision", "int8");
    try {
      Cli.Result refused = Cli.calibrate("local[2]", store);
      assertThat(refused.exitCode()).as(refused.err()).isEqualTo(3);
      assertThat(refused.err()).contains("precision FP32, not INT8", "--sketches");
    } finally {
      System.clearProperty("spark.foresight.calibrate.precision");
    }
  }
}
