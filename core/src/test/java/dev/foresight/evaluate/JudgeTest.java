package dev.foresight.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.foresight.InputException;
import dev.foresight.model.Model;
import dev.foresight.model.ModelConfig;
import dev.foresight.onnx.BlockRunner;
import dev.foresight.onnx.Llama;
import dev.foresight.onnx.RunnerSettings;
import dev.foresight.tensor.Checkpoint;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Against log-softmax in float64 by PyTorch, llama_goldens.py. */
class JudgeTest {
  private static Checkpoint golden;
  private static int[][] ids;

  @BeforeAll
  static void read() throws IOException {
    golden = Llama.golden("/evaluate/golden.safetensors");
    ids = Llama.ids(golden);
  }

  @AfterAll
  static void close() throws IOException {
    golden.close();
  }

  @Test
  void lossDivergenceAndAgreementEqualThoseInFloat64() throws IOException {
    try (Model model = Llama.open();
        Judge judge = Judge.of(model, model)) {
      List<WindowScores> scores =
          judge.judge(ids, golden.floats("hidden"), golden.floats("reference"));
      for (int w = 0; w < ids.length; w++) {
        requireClose(scores.get(w).loss(), "loss", w);
        requireClose(scores.get(w).referenceLoss(), "reference.loss", w);
        requireClose(scores.get(w).divergence(), "divergence", w);
        assertThat(scores.get(w).agreements()).isEqualTo(agreements(w)).isBetween(1, 38);
      }
    }
  }

  @Test
  void judgeWithoutReferenceGivesTheSameLoss() throws IOException {
    try (Model model = Llama.open();
        Judge judge = Judge.of(model)) {
      List<WindowScores> scores = judge.judge(ids, golden.floats("hidden"));
      requireClose(scores.get(2).loss(), "loss", 2);
      assertThat(scores.get(2).compared()).isFalse();
    }
  }

  @Test
  void modelDoesNotDivergeFromItself() throws IOException {
    float[] hidden = golden.floats("hidden");
    try (Model model = Llama.open();
        Judge judge = Judge.of(model, model)) {
      for (WindowScores scores : judge.judge(ids, hidden, hidden)) {
        assertThat(scores.divergence()).containsOnly(0);
        assertThat(scores.agreements()).isEqualTo(39);
      }
    }
  }

  @Test
  void tiedHeadIsTheEmbedding() throws IOException {
    float[] logits;
    try (Checkpoint blocks = Llama.golden("/onnx/llama/golden.safetensors");
        Model model = Llama.openTied();
        Judge judge = Judge.of(model)) {
      logits = blocks.floats("logits.tied"); // of the first sequence, [length, vocabulary]
      float[] found = judge.judge(ids, blocks.floats("hidden.3")).get(0).loss();
      for (int position = 0; position < found.length; position++) {
        assertThat((double) found[position])
            .isCloseTo(loss(logits, position, ids[0][position + 1]), within(1e-4));
      }
    }
  }

  @Test
  void wholeModelGivesTheLossOfTheLogitsOfTransformers() throws IOException {
    try (Checkpoint blocks = Llama.golden("/onnx/llama/golden.safetensors");
        Model model = Llama.open();
        BlockRunner runner = new BlockRunner(model, RunnerSettings.resident());
        Judge judge = Judge.of(model)) {
      float[] found = judge.judge(ids, runner.run(ids)).get(0).loss();
      float[] logits = blocks.floats("logits");
      for (int position = 0; position < found.length; position++) {
        assertThat((double) found[position])
            .isCloseTo(loss(logits, position, ids[0][position + 1]), within(1e-4));
      }
    }
  }

  @Test
  void modelsOfOtherVocabulariesAreRefused() throws IOException {
    try (Model model = Llama.open()) {
      Model other = withVocabulary(model, 300);
      assertThatThrownBy(() -> Judge.of(model, other))
          .isInstanceOf(InputException.class)
          .hasMessageContaining("vocabulary of 256")
          .hasMessageContaining("one of 300");
    }
  }

  @Test
  void stateThatIsNotANumberIsReportedWithItsWindow() throws IOException {
    float[] hidden = golden.floats("hidden");
    hidden[hidden.length / 3 + 70] = Float.NaN;
    try (Model model = Llama.open();
        Judge judge = Judge.of(model)) {
      assertThatThrownBy(() -> judge.judge(ids, hidden))
          .isInstanceOf(InputException.class)
          .hasMessageContaining("the loss is NaN in window 1");
    }
  }

  private static Model withVocabulary(Model model, int vocabulary) {
    String json = model.config().json().replace("256", Integer.toString(vocabulary));
    return new Model(
        ModelConfig.parse(json, "other"),
        model.architecture(),
        model.checkpoint(),
        "other",
        false,
        List.of());
  }

  private static void requireClose(float[] found, String name, int window) throws IOException {
    float[] all = golden.floats(name);
    for (int i = 0; i < found.length; i++) {
      assertThat(found[i]).as(name).isCloseTo(all[window * found.length + i], within(1e-5f));
    }
  }

  private static int agreements(int window) throws IOException {
    IntBuffer flags = golden.bytes("agrees").order(ByteOrder.LITTLE_ENDIAN).asIntBuffer();
    return IntStream.range(window * 39, (window + 1) * 39).map(flags::get).sum();
  }

  /** Cross-entropy in double. */
  private static double loss(float[] logits, int position, int next) {
    int vocabulary = 256;
    double sum = 0;
    for (int v = 0; v < vocabulary; v++) {
      sum += Math.exp(logits[position * vocabulary + v]);
    }
    return Math.log(sum) - logits[position * vocabulary + next];
  }
}
