package dev.foresight.evaluate.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.foresight.evaluate.Judge;
import dev.foresight.model.Model;
import dev.foresight.onnx.BlockRunner;
import dev.foresight.onnx.Llama;
import dev.foresight.onnx.RunnerSettings;
import dev.foresight.tensor.Checkpoint;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class PromptJudgeTest {
  @Test
  void promptsOfAllLengthsScoreAsTheyWouldAlone() throws IOException {
    try (Checkpoint golden = Llama.golden("/evaluate/golden.safetensors");
        Model model = Llama.open();
        BlockRunner runner = new BlockRunner(model, RunnerSettings.resident());
        Judge alone = Judge.of(model);
        PromptJudge judge = new PromptJudge(model, runner)) {
      int[] ids = Llama.ids(golden)[0];
      List<PromptTokens> prompts = new ArrayList<>();
      for (int length : new int[] {2, 17, 18, 33, 40}) {
        prompts.add(new PromptTokens(Arrays.copyOf(ids, length), Math.min(3, length - 1)));
      }
      List<PromptScore> scores = judge.score(prompts);
      for (int i = 0; i < prompts.size(); i++) {
        int[][] window = {prompts.get(i).tokens()};
        float[] loss = alone.judge(window, runner.run(window)).get(0).loss();
        double sum = 0;
        for (int p = loss.length - prompts.get(i).continuation(); p < loss.length; p++) {
          sum -= loss[p];
        }
        assertThat(scores.get(i).logLikelihood()).isCloseTo(sum, within(1e-4));
      }
    }
  }

  @Test
  void promptsThatReadTheSameShareARunButNotAScore() throws IOException {
    try (Model model = Llama.open();
        BlockRunner runner = new BlockRunner(model, RunnerSettings.resident());
        PromptJudge judge = new PromptJudge(model, runner)) {
      List<PromptTokens> prompts = new ArrayList<>();
      for (int last = 0; last < 256; last++) {
        prompts.add(new PromptTokens(new int[] {5, 6, 7, last}, 1));
      }
      List<PromptScore> scores = judge.score(prompts);
      // every token of the vocabulary behind one context: probabilities of all sum to 1
      assertThat(scores.stream().mapToDouble(score -> Math.exp(score.logLikelihood())).sum())
          .isCloseTo(1, within(1e-5));
      assertThat(scores.stream().filter(PromptScore::greedy)).hasSize(1);
      double best = scores.stream().mapToDouble(PromptScore::logLikelihood).max().orElseThrow();
      assertThat(scores.stream().filter(PromptScore::greedy).findFirst().orElseThrow())
          .extracting(PromptScore::logLikelihood)
          .isEqualTo(best);
    }
  }
}
