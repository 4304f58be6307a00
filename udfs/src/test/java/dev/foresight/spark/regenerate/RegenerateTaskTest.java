package dev.foresight.spark.regenerate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.foresight.generate.Generator;
import dev.foresight.generate.Sampling;
import dev.foresight.onnx.graph.Precision;
import dev.foresight.regenerate.Competition;
import dev.foresight.regenerate.PromptRecipe;
import dev.foresight.spark.CalibratedLlama;
import dev.foresight.spark.calibrate.Execution;
import dev.foresight.spark.calibrate.ExecutorModel;
import dev.foresight.spark.generate.GroupFile;
import dev.foresight.spark.generate.NumberedPrompt;
import dev.foresight.spark.io.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import scala.Tuple2;

/** The task by itself: the demo model rewrites a sentence and one token, for itself. */
class RegenerateTaskTest {
  private static final NumberedPrompt SENTENCE =
      NumberedPrompt.of("tales", "The keeper wrote down the weather every evening in his book.");
  private static final NumberedPrompt TOKEN = NumberedPrompt.of("tokens", "a");

  @TempDir private Path folder;

  private GroupFile.Part rewrite(Competition competition) throws IOException {
    Execution execution =
        new Execution(
            Execution.Memory.RESIDENT, Precision.FP32, folder.resolve("cache").toString());
    ExecutorModel.Key key =
        new ExecutorModel.Key("../datasets/models/foresight-tiny", "rewriter", execution, 1);
    Regeneration what =
        new Regeneration(
            key,
            key,
            new PromptRecipe("continue", "", null, 0.25),
            competition,
            new Generator.Settings(new Sampling(0.8, 0, 1, 0, 1), 9, 3, 100, Set.of(0), 4),
            null,
            50);
    return new RegenerateTask(what, folder.resolve("out").toString(), CalibratedLlama.conf())
        .call(new Tuple2<>(2L, List.of(SENTENCE, TOKEN)));
  }

  private List<JsonNode> lines(String file) throws IOException {
    List<JsonNode> lines = new ArrayList<>();
    for (String line : Files.readAllLines(folder.resolve("out").resolve(file))) {
      lines.add(Json.LINES.readTree(line));
    }
    return lines;
  }

  @Test
  void sourceGetsTheTextOfItsWinnerAndAllCandidatesAreNoted() throws IOException {
    GroupFile.Part part = rewrite(new Competition(1, 1, 1, true));
    assertThat(part.name()).isEqualTo("text/part-00002.jsonl");
    List<JsonNode> candidates = lines("_temporary/candidates/part-00002.jsonl");
    assertThat(candidates).hasSize(3);
    JsonNode best = null;
    for (JsonNode each : candidates) {
      assertThat(each.get("id").asText()).isEqualTo(SENTENCE.id());
      double away =
          Math.abs(each.get("surprise").asDouble() - each.get("source_surprise").asDouble());
      if (!each.has("fault")) {
        double score = each.get("log_probability").asDouble() - away;
        assertThat(each.get("score").asDouble()).isEqualTo(score);
        best = best == null || score > best.get("score").asDouble() ? each : best;
      }
    }
    assertThat(best).isNotNull();
    assertThat(best.get("won").asBoolean()).isTrue();
    JsonNode line = lines(part.name()).get(0);
    assertThat(line.get("by").asText()).isEqualTo("teacher");
    assertThat(line.get("candidate")).isEqualTo(best.get("candidate"));
    assertThat(line.get("text").asText()).startsWith("The ").endsWith(best.get("text").asText());
    assertThat(line.get("teacher").asText()).isEqualTo("rewriter");
    assertThat(line.get("seed").asInt()).isEqualTo(9);
  }

  @Test
  void sourceStaysWhereNothingWasAskedOrEveryCandidateHasAFault() throws IOException {
    GroupFile.Part part = rewrite(new Competition(1, 1, 1000, true));
    List<JsonNode> lines = lines(part.name());
    assertThat(lines).hasSize(2);
    for (int i = 0; i < 2; i++) {
      NumberedPrompt source = i == 0 ? SENTENCE : TOKEN;
      assertThat(lines.get(i).get("text").asText()).isEqualTo(source.text());
      assertThat(lines.get(i).get("shard").asText()).isEqualTo(source.shard());
      assertThat(lines.get(i).get("by").asText()).isEqualTo("source");
      assertThat(lines.get(i).has("candidate")).isFalse();
    }
    assertThat(lines("_temporary/candidates/part-00002.jsonl"))
        .hasSize(3)
        .allSatisfy(
            each -> {
              assertThat(each.get("fault").asText()).isIn("short", "empty");
              assertThat(each.get("won").asBoolean()).isFalse();
              assertThat(each.has("score")).isFalse();
            });
  }
}
