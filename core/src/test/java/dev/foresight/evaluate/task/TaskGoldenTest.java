package dev.foresight.evaluate.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.foresight.model.Model;
import dev.foresight.onnx.BlockRunner;
import dev.foresight.onnx.Llama;
import dev.foresight.onnx.RunnerSettings;
import dev.foresight.tensor.LocalModelFolder;
import dev.foresight.text.Tokenizer;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Against lm-evaluation-harness on the same rows, task_golden.py. */
class TaskGoldenTest {
  private static final Path ROWS = Path.of("../tools/interop/lm-eval-rows");

  @ParameterizedTest
  @CsvSource({
    "PIQA, plain", "PIQA, bos",
    "ARC_EASY, plain", "ARC_EASY, bos",
    "ARC_CHALLENGE, plain", "ARC_CHALLENGE, bos",
    "HELLASWAG, plain", "HELLASWAG, bos",
    "LAMBADA, plain", "LAMBADA, bos",
    "WINOGRANDE, plain", "WINOGRANDE, bos",
    "BOOLQ, plain", "BOOLQ, bos"
  })
  void taskGivesWhatTheHarnessGives(Task task, String tokenizer)
      throws IOException, URISyntaxException {
    JsonNode expected = expected().at("/%s/%s".formatted(tokenizer, task.key()));
    TaskResult result = result(task, tokenizer);
    assertThat(result.rows()).hasSize(expected.path("rows").size()).hasSize(4);
    for (int r = 0; r < result.rows().size(); r++) {
      TaskResult.Row row = result.rows().get(r);
      JsonNode wanted = expected.path("rows").get(r);
      JsonNode sums = wanted.path("log_likelihoods");
      assertThat(row.logLikelihoods()).hasSize(sums.size());
      for (int c = 0; c < sums.size(); c++) {
        assertThat(row.logLikelihoods().get(c))
            .as("%s, line %d, choice %d", task.key(), row.line(), c)
            .isCloseTo(sums.get(c).asDouble(), within(1e-3));
      }
      assertThat(row.right()).isEqualTo(wanted.path("acc").asDouble() == 1);
      if (wanted.has("acc_norm")) {
        assertThat(row.rightNorm()).isEqualTo(wanted.path("acc_norm").asDouble() == 1);
      }
    }
    JsonNode numbers = expected.path("numbers");
    assertShare(result.acc(), numbers, "acc");
    result.accNorm().ifPresent(share -> assertShare(share, numbers, "acc_norm"));
    result
        .perplexity()
        .ifPresent(
            p -> assertThat(p / numbers.path("perplexity").asDouble()).isCloseTo(1, within(1e-3)));
    assertThat(result.accNorm().isPresent()).isEqualTo(numbers.has("acc_norm"));
  }

  private static void assertShare(TaskResult.Share share, JsonNode numbers, String metric) {
    assertThat(share.value()).isCloseTo(numbers.path(metric).asDouble(), within(1e-12));
    assertThat(share.standardError())
        .isCloseTo(numbers.path(metric + "_stderr").asDouble(), within(1e-12));
  }

  private static TaskResult result(Task task, String tokenizer)
      throws IOException, URISyntaxException {
    Path folder = Path.of(TaskGoldenTest.class.getResource("/evaluate/task/" + tokenizer).toURI());
    String file = task.key() + "_rows.jsonl";
    List<Document> documents = TaskRows.read(task, file, Files.readString(ROWS.resolve(file)));
    List<PromptTokens> prompts = new ArrayList<>();
    try (Model model = Llama.open();
        BlockRunner runner = new BlockRunner(model, RunnerSettings.resident());
        PromptJudge judge = new PromptJudge(model, runner);
        Tokenizer tokens = Tokenizer.open(new LocalModelFolder(folder))) {
      int positions = model.config().maxPositions();
      for (Document document : documents) {
        for (Prompt prompt : document.prompts()) {
          prompts.add(PromptTokens.of(prompt, tokens, positions, file));
        }
      }
      List<PromptScore> scores = judge.score(prompts);
      List<List<PromptScore>> byDocument = new ArrayList<>();
      int at = 0;
      for (Document document : documents) {
        int end = at + document.prompts().size();
        byDocument.add(scores.subList(at, end));
        at = end;
      }
      return TaskResult.of(task, documents, byDocument);
    }
  }

  private static JsonNode expected() throws IOException {
    try (InputStream in =
        TaskGoldenTest.class.getResourceAsStream("/evaluate/task/expected.json")) {
      return new ObjectMapper().readTree(in);
    }
  }
}
