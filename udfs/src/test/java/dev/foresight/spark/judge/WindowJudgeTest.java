package dev.foresight.spark.judge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.foresight.InputException;
import dev.foresight.evaluate.WindowScores;
import dev.foresight.spark.CalibratedLlama;
import dev.foresight.spark.judge.WindowJudge.Chunk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against what transformers computed with the same model, {@link CalibratedLlama}. */
class WindowJudgeTest {
  private static final int VOCABULARY = 256;

  @TempDir private Path folder;

  private static List<WindowScores> judge(boolean reference, Path states) throws IOException {
    return new WindowJudge(
            CalibratedLlama.key(),
            reference ? Optional.of(CalibratedLlama.key()) : Optional.empty(),
            Optional.ofNullable(states).map(Path::toString),
            CalibratedLlama.conf())
        .call(new Chunk(7, CalibratedLlama.ids()));
  }

  /** log Σ e^z - z of the next token, in double, from the logits of transformers. */
  private static double[] losses() throws IOException {
    float[] logits = CalibratedLlama.golden("logits"); // of the first sequence
    int[] ids = CalibratedLlama.ids()[0];
    double[] losses = new double[ids.length - 1];
    for (int t = 0; t < losses.length; t++) {
      double sum = 0;
      for (int v = 0; v < VOCABULARY; v++) {
        sum += Math.exp(logits[t * VOCABULARY + v]);
      }
      losses[t] = Math.log(sum) - logits[t * VOCABULARY + ids[t + 1]];
    }
    return losses;
  }

  @Test
  void lossIsThatOfTheLogitsOfTransformers() throws IOException {
    double[] wanted = losses();
    for (boolean reference : new boolean[] {false, true}) {
      List<WindowScores> scores = judge(reference, null);
      assertThat(scores).hasSize(3).allMatch(window -> window.compared() == reference);
      float[] found = scores.get(0).loss();
      assertThat(found).hasSize(wanted.length);
      for (int t = 0; t < wanted.length; t++) {
        assertThat((double) found[t]).isCloseTo(wanted[t], within(1e-4));
      }
    }
  }

  @Test
  void modelAgreesWithItself() throws IOException {
    for (WindowScores window : judge(true, null)) {
      assertThat(window.divergence()).containsOnly(0);
      assertThat(window.referenceLoss()).isEqualTo(window.loss());
      assertThat(window.agreements()).isEqualTo(39);
    }
  }

  @Test
  void statesOfTheReferenceAreKeptAsLittleEndianFloatsUnderTheNumberOfTheChunk()
      throws IOException {
    judge(true, folder);
    byte[] bytes = Files.readAllBytes(folder.resolve("00007.f32"));
    float[] found = new float[bytes.length / Float.BYTES];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(found);
    assertThat(CalibratedLlama.relativeError(found, CalibratedLlama.golden("hidden.3")))
        .isLessThan(1e-5);
  }

  @Test
  void scoresBesideKeptStatesAreTheSameToTheBit() throws IOException {
    List<WindowScores> without = judge(true, null);
    for (String when : List.of("when they are kept", "when they are read")) {
      assertThat(judge(true, folder)).as(when).usingRecursiveComparison().isEqualTo(without);
    }
  }

  /** Logits of states that are all zero are all zero: every token is as likely, log 256. */
  @Test
  void keptStatesStandInForTheReference() throws IOException {
    int values = 3 * CalibratedLlama.LENGTH * CalibratedLlama.CHANNELS;
    Files.write(folder.resolve("00007.f32"), new byte[values * Float.BYTES]);
    for (WindowScores window : judge(true, folder)) {
      for (float loss : window.referenceLoss()) {
        assertThat((double) loss).isCloseTo(Math.log(VOCABULARY), within(1e-6));
      }
    }
  }

  @Test
  void statesOfAnotherLengthAreRefused() throws IOException {
    Path file = folder.resolve("00007.f32");
    Files.write(file, new byte[100]);
    // 3 windows x 40 tokens x 64 channels x 4 bytes
    assertThatThrownBy(() -> judge(true, folder))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "%s has 100 bytes, but the hidden states of these windows are 30720: it is damaged or of another model. Remove the file.",
            file);
  }

  private static List<Integer> sizes(int windows, int length, int tokens) {
    return WindowJudge.chunks(new int[windows][length], tokens).stream()
        .map(chunk -> chunk.windows().length)
        .toList();
  }

  @Test
  void chunkHasAtMostSoManyTokensOrOneWindow() {
    assertThat(sizes(7, 100, 399)).containsExactly(3, 3, 1);
    assertThat(sizes(6, 100, 300)).containsExactly(3, 3);
    assertThat(sizes(2, 100, 99)).containsExactly(1, 1);
    List<Chunk> chunks = WindowJudge.chunks(new int[5][2], 4);
    assertThat(chunks).extracting(Chunk::index).containsExactly(0, 1, 2);
  }
}
