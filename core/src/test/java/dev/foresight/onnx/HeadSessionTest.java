package dev.foresight.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import dev.foresight.model.Model;
import dev.foresight.tensor.Checkpoint;
import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class HeadSessionTest {
  private static final int PART_ELEMENTS = 100 * 64; // parts of 100, 100 and 56 tokens

  @Test
  void headCutIntoPartsScoresAsOnePiece() throws IOException {
    try (Checkpoint golden = Llama.golden("/evaluate/golden.safetensors");
        Model model = Llama.open()) {
      HeadWeights cut = HeadWeights.of("model", model, PART_ELEMENTS);
      HeadWeights whole = HeadWeights.of("reference", model);
      assertThat(cut.parts()).hasSize(3);
      float[] hidden = Arrays.copyOf(golden.floats("hidden"), 39 * 64);
      int[] next = Arrays.copyOfRange(Llama.ids(golden)[0], 1, 40);
      HeadSession.Scores once;
      HeadSession.Scores parts;
      try (HeadSession session = HeadSession.open(model, cut, model, cut)) {
        parts = session.score(hidden, hidden, next);
      }
      try (HeadSession session = HeadSession.open(model, whole, model, whole)) {
        once = session.score(hidden, hidden, next);
      }
      assertThat(Llama.relativeRms(parts.loss(), once.loss())).isLessThan(1e-6);
      assertThat(parts.agreements()).isEqualTo(39);
    }
  }

  @Test
  void referenceWithAnotherHeadKeepsItsOwn() throws IOException {
    try (Checkpoint golden = Llama.golden("/evaluate/golden.safetensors");
        Model model = Llama.open();
        Model tied = Llama.open("\"tie_word_embeddings\": false", "\"tie_word_embeddings\": true");
        HeadSession both = HeadSession.open(model, tied);
        HeadSession alone = HeadSession.open(tied)) {
      float[] hidden = Arrays.copyOf(golden.floats("hidden"), 39 * 64);
      int[] next = Arrays.copyOfRange(Llama.ids(golden)[0], 1, 40);
      assertThat(both.score(hidden, hidden, next).referenceLoss())
          .isEqualTo(alone.score(hidden, next).loss());
    }
  }
}
