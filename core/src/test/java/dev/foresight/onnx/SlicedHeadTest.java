package dev.foresight.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.foresight.model.Model;
import dev.foresight.model.ModelConfig;
import dev.foresight.onnx.OnnxEnvironment.Scratch;
import dev.foresight.onnx.graph.Precision;
import dev.foresight.onnx.graph.SlicedHead;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The head as weights of its own, against the two that read its rows piece by piece. */
class SlicedHeadTest {
  private static final int HIDDEN = 64;
  private static final int POSITIONS = 3;
  private static final int WHOLE = (1 << 24) / HIDDEN; // tokens of a slice

  static List<GoldenModel> families() {
    return GoldenModel.all();
  }

  private static ModelConfig config(int vocabulary) throws IOException {
    String json = new GoldenModel("qwen3").folder().text("config.json");
    return ModelConfig.parse(
        json.replace("\"vocab_size\": 96", "\"vocab_size\": " + vocabulary), "a test");
  }

  private static float[] hidden() {
    Random random = new Random(11);
    float[] hidden = new float[POSITIONS * HIDDEN];
    for (int i = 0; i < hidden.length; i++) {
      hidden[i] = (float) random.nextGaussian();
    }
    return hidden;
  }

  /** Logits of the one slice that a small vocabulary is, [P, vocabulary]. */
  private static float[] logits(Model model, Precision precision) throws IOException, OrtException {
    WeightLayout layout = new WeightLayout(SlicedHead.build(model, precision.linears()));
    long[] shape = {POSITIONS, HIDDEN};
    try (BlockCache cache = BlockCache.temporary();
        OrtSession session =
            OnnxEnvironment.session(
                layout.graph(cache.headFile(model, precision, layout)),
                cache.folder(),
                true,
                1,
                Scratch.FREED);
        OnnxTensor states =
            OnnxTensor.createTensor(OnnxEnvironment.get(), FloatBuffer.wrap(hidden()), shape);
        OrtSession.Result result = session.run(Map.of(SlicedHead.HIDDEN, states))) {
      OnnxTensor only = (OnnxTensor) result.get(SlicedHead.logits(0)).orElseThrow();
      assertThat(result.size()).isEqualTo(1);
      assertThat(only.getInfo().getShape()).containsExactly(POSITIONS, model.config().vocabulary());
      float[] logits = new float[POSITIONS * model.config().vocabulary()];
      only.getFloatBuffer().get(logits);
      return logits;
    }
  }

  @ParameterizedTest
  @CsvSource({
    "96, 1, 96",
    "262143, 1, 262143",
    "262144, 1, 262144",
    "262145, 2, 1",
    "524288, 2, 262144",
    "600000, 3, 75712"
  })
  void slicesCoverTheVocabularyOnce(int vocabulary, int slices, int last) throws IOException {
    ModelConfig config = config(vocabulary);
    assertThat(SlicedHead.slices(config)).isEqualTo(slices);
    int next = 0;
    for (int slice = 0; slice < slices; slice++) {
      String weight = "head." + slice + ".weight";
      assertThat(SlicedHead.firstToken(weight, config)).isEqualTo(next);
      next += SlicedHead.tokens(weight, config);
      assertThat(SlicedHead.tokens(weight, config)).isEqualTo(slice < slices - 1 ? WHOLE : last);
    }
    assertThat(next).isEqualTo(vocabulary);
  }

  /** Codes and steps of 8-bit weights are of the same slice. */
  @Test
  void sliceIsToldFromTheNameOfAnyOfItsWeights() throws IOException {
    ModelConfig config = config(600_000);
    assertThat(SlicedHead.firstToken("head.1.weight_codes", config)).isEqualTo(WHOLE);
    assertThat(SlicedHead.tokens("head.2.weight_steps", config)).isEqualTo(75_712);
    assertThat(SlicedHead.logits(2)).isEqualTo("logits.2");
  }

  @ParameterizedTest
  @MethodSource("families")
  void logitsAreThoseOfTheHeadThatIsReadPieceByPiece(GoldenModel family)
      throws IOException, OrtException {
    try (Model model = family.open()) {
      assertThat(
              Llama.relativeRms(logits(model, Precision.FP32), LikelyToken.logits(model, hidden())))
          .isLessThan(1e-6);
    }
  }

  /** loss = log Σ exp(logits) - logit of the next token, by hand. */
  @ParameterizedTest
  @MethodSource("families")
  void lossesAreThoseOfTheHeadThatNeverWritesLogits(GoldenModel family)
      throws IOException, OrtException {
    int[] next = {0, 17, 95};
    try (Model model = family.open();
        HeadSession head = HeadSession.open(model)) {
      float[] logits = logits(model, Precision.FP32);
      float[] losses = new float[POSITIONS];
      int vocabulary = model.config().vocabulary();
      for (int p = 0; p < POSITIONS; p++) {
        double sum = 0;
        for (int token = 0; token < vocabulary; token++) {
          sum += Math.exp(logits[p * vocabulary + token]);
        }
        losses[p] = (float) (Math.log(sum) - logits[p * vocabulary + next[p]]);
      }
      assertThat(Llama.relativeRms(head.score(hidden(), next).loss(), losses)).isLessThan(1e-5);
    }
  }

  /** final_logit_softcapping of golden Gemma 2 is 2. */
  @Test
  void cappedLogitsStayBelowTheirCap() throws IOException, OrtException {
    try (Model model = new GoldenModel("gemma2").open()) {
      for (float logit : logits(model, Precision.FP32)) {
        assertThat(Math.abs(logit)).isLessThan(2);
      }
    }
  }

  @Test
  void eightBitRowsAreNearThoseThatTheyRound() throws IOException, OrtException {
    try (Model model = new GoldenModel("llama").open()) {
      assertThat(Llama.relativeRms(logits(model, Precision.INT8), logits(model, Precision.FP32)))
          .isBetween(1e-5, 0.03);
    }
  }
}
