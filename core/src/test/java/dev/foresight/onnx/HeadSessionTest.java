package dev.foresight.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.foresight.model.Model;
import dev.foresight.tensor.Checkpoint;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HeadSessionTest {
  private static final int ALL = 256; // tokens of the vocabulary

  @ParameterizedTest
  @ValueSource(ints = {1, 100, 255}) // 256, 3 and 2 slices
  void vocabularyInSlicesScoresAsOnePiece(int slice) throws IOException {
    try (Checkpoint golden = Llama.golden("/evaluate/golden.safetensors");
        Model model = Llama.open();
        HeadSession sliced = HeadSession.open(model, model, slice);
        HeadSession whole = HeadSession.open(model, model, ALL)) {
      float[] hidden = Arrays.copyOf(golden.floats("hidden"), 39 * 64);
      float[] reference = Arrays.copyOf(golden.floats("reference"), 39 * 64);
      int[] next = Arrays.copyOfRange(Llama.ids(golden)[0], 1, 40);
      HeadSession.Scores parts = sliced.score(hidden, reference, next);
      HeadSession.Scores once = whole.score(hidden, reference, next);
      assertThat(Llama.relativeRms(parts.loss(), once.loss())).isLessThan(1e-6);
      assertThat(Llama.relativeRms(parts.referenceLoss(), once.referenceLoss())).isLessThan(1e-6);
      assertThat(Llama.relativeRms(parts.divergence(), once.divergence())).isLessThan(1e-6);
      assertThat(parts.top()).isEqualTo(once.top());
      assertThat(parts.referenceTop()).isEqualTo(once.referenceTop());
    }
  }

  @Test
  void mostLikelyTokenIsTheLowestOfEqualOnesAcrossSlices() throws IOException {
    ChangedCheckpoint.Change sameRows =
        new ChangedCheckpoint.Change() {
          @Override
          public void apply(String name, float[] values) {}

          @Override
          public ByteBuffer bytes(String name, ByteBuffer stored) {
            if (!name.equals("lm_head.weight")) {
              return stored;
            }
            ByteBuffer rows = ByteBuffer.allocate(stored.remaining());
            ByteBuffer row = stored.slice(0, 64 * 2); // fp16
            while (rows.hasRemaining()) {
              rows.put(row.duplicate());
            }
            return rows.flip();
          }
        };
    try (Model model = Llama.open(sameRows);
        HeadSession session = HeadSession.open(model, 100)) {
      float[] hidden = new float[64];
      Arrays.fill(hidden, 0.5f);
      HeadSession.Scores scores = session.score(hidden, new int[] {200});
      assertThat(scores.top()).containsExactly(0);
      assertThat((double) scores.loss()[0]).isCloseTo(Math.log(256), within(1e-6));
    }
  }

  @Test
  void referenceWithAnotherHeadKeepsItsOwn() throws IOException {
    try (Checkpoint golden = Llama.golden("/evaluate/golden.safetensors");
        Model model = Llama.open();
        Model tied = Llama.openTied();
        HeadSession both = HeadSession.open(model, tied);
        HeadSession alone = HeadSession.open(tied)) {
      float[] hidden = Arrays.copyOf(golden.floats("hidden"), 39 * 64);
      int[] next = Arrays.copyOfRange(Llama.ids(golden)[0], 1, 40);
      assertThat(both.score(hidden, hidden, next).referenceLoss())
          .isEqualTo(alone.score(hidden, next).loss());
    }
  }
}
