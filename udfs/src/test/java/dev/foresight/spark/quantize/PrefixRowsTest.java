package dev.foresight.spark.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foresight.InputException;
import dev.foresight.model.Role;
import dev.foresight.spark.BareExecutor;
import dev.foresight.spark.CalibratedLlama;
import dev.foresight.tensor.Matrix;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Text that is led through blocks. Behind the float model's own weights it is what transformers
 * computed, {@link CalibratedLlama}; behind others it must follow them.
 */
class PrefixRowsTest {
  private static final double GATE = 1e-5;
  private static final int WIDTH = CalibratedLlama.LENGTH * CalibratedLlama.CHANNELS;

  @TempDir private static Path outputOfFloats;
  private static BareExecutor executor;

  /** Led up to the last block behind float weights. */
  private static Propagation floats;

  @TempDir private Path output;
  private Propagation run;

  @BeforeAll
  static void leadBehindFloats() throws IOException {
    executor = new BareExecutor();
    floats = new Propagation(outputOfFloats.toString());
    floats.leadThrough(0);
    floats.leadThrough(1);
    floats.lead(2, Role.ATTENTION_INPUT);
  }

  @AfterAll
  static void end() {
    executor.close();
  }

  @BeforeEach
  void name() throws IOException {
    run = new Propagation(output.toString());
  }

  /** Hidden states of transformers, of the sequences of a part. */
  private static float[] hidden(int block, PrefixPart part) throws IOException {
    float[] all = CalibratedLlama.golden("hidden." + block);
    float[] found = new float[part.sequences().length * WIDTH];
    for (int i = 0; i < part.sequences().length; i++) {
      int sequence = CalibratedLlama.sequence(part.shard(), part.sequences()[i]);
      System.arraycopy(all, sequence * WIDTH, found, i * WIDTH, WIDTH);
    }
    return found;
  }

  private static float[] hiddenFile(Propagation run, int block, PrefixPart part)
      throws IOException {
    return run.files().matrix(PrefixFiles.hidden(block, part.number())).values();
  }

  @Test
  void textBehindFloatWeightsIsThatOfTransformers() throws IOException {
    for (int block = 0; block < CalibratedLlama.BLOCKS; block++) {
      for (PrefixPart part : floats.parts()) {
        assertThat(
                CalibratedLlama.relativeError(hiddenFile(floats, block, part), hidden(block, part)))
            .as("block %d, part %d", block, part.number())
            .isLessThan(GATE);
      }
    }
  }

  @Test
  void rowsInFrontOfAttentionAreNormedHiddenStates() throws IOException {
    float[] weight = CalibratedLlama.weight("model.layers.1.input_layernorm.weight");
    for (PrefixPart part : floats.parts()) {
      float[] hidden = hidden(1, part);
      Matrix rows = floats.files().matrix(PrefixFiles.rows(1, Role.ATTENTION_INPUT, part.number()));
      assertThat(rows.rows()).isEqualTo(part.rows().length);
      for (int i = 0; i < rows.rows(); i++) {
        float[] row =
            Arrays.copyOfRange(rows.values(), i * rows.columns(), (i + 1) * rows.columns());
        assertThat(
                CalibratedLlama.relativeError(
                    row, CalibratedLlama.norm(hidden, part.rows()[i], weight)))
            .as("part %d, row %d", part.number(), i)
            .isLessThan(GATE);
      }
    }
  }

  /** What goes into the residual stream is added to it: with zeros it stays as it was. */
  @Test
  void blockWhoseOutputsWereRoundedToZeroLetsTheTextThroughUnchanged() throws IOException {
    run.leave(0, Role.ATTENTION_OUTPUT, weight -> 0);
    run.leave(0, Role.MLP_OUTPUT, weight -> 0);
    run.leadThrough(0);
    run.lead(1, Role.ATTENTION_INPUT);
    for (PrefixPart part : run.parts()) {
      assertThat(hiddenFile(run, 1, part)).isEqualTo(hiddenFile(run, 0, part));
    }
  }

  /** Behind attention the stream is that in front of the block, plus W_o of what o_proj reads. */
  @Test
  void attentionThatWasRoundedIsFoundBehindIt() throws IOException {
    run.leave(0, Role.ATTENTION_OUTPUT, weight -> 2 * weight);
    run.lead(0, Role.ATTENTION_INPUT);
    run.leaveFloats(0, Role.ATTENTION_INPUT);
    run.lead(0, Role.ATTENTION_OUTPUT);
    run.lead(0, Role.MLP_INPUT);
    float[] weight = CalibratedLlama.weight("model.layers.0.self_attn.o_proj.weight");
    for (PrefixPart part : run.parts()) {
      Matrix read = run.files().matrix(PrefixFiles.rows(0, Role.ATTENTION_OUTPUT, part.number()));
      float[] before = hiddenFile(run, 0, part);
      float[] behind = run.files().matrix(PrefixFiles.middle(0, part.number())).values();
      for (int i = 0; i < read.rows(); i++) {
        double[] wanted = new double[CalibratedLlama.CHANNELS];
        int at = part.rows()[i] * CalibratedLlama.CHANNELS;
        for (int j = 0; j < wanted.length; j++) {
          wanted[j] = before[at + j];
          for (int k = 0; k < read.columns(); k++) {
            wanted[j] +=
                2.0 * weight[j * read.columns() + k] * read.values()[i * read.columns() + k];
          }
        }
        float[] found = Arrays.copyOfRange(behind, at, at + wanted.length);
        assertThat(CalibratedLlama.relativeError(found, wanted)).isLessThan(GATE);
      }
    }
  }

  @Test
  void streamThatAnotherTaskLeftIsGoneOnWith() throws IOException {
    PrefixPart part = run.parts().get(0);
    int tokens = part.sequences().length * CalibratedLlama.LENGTH;
    run.files().write(PrefixFiles.hidden(0, 0), Matrix.zeros(tokens, CalibratedLlama.CHANNELS));
    run.lead(0, Role.ATTENTION_INPUT, part);
    // 0 / sqrt(0 + eps) * w
    assertThat(run.files().matrix(PrefixFiles.rows(0, Role.ATTENTION_INPUT, 0)).values())
        .containsOnly(0f);
  }

  @Test
  void overflowIsRefusedByShardAndSequence() throws IOException {
    PrefixPart part = run.parts().get(0);
    assertThat(part.sequences()).containsExactly(0, 1);
    Matrix middle = Matrix.zeros(2 * CalibratedLlama.LENGTH, CalibratedLlama.CHANNELS);
    middle.values()[WIDTH + 5] = 1; // the first sequence stays zero whatever it is multiplied by
    run.files().write(PrefixFiles.middle(0, 0), middle);
    run.leaveFloats(0, Role.ATTENTION_INPUT);
    run.leaveFloats(0, Role.ATTENTION_OUTPUT);
    run.leave(0, Role.MLP_INPUT, weight -> 1e5f * weight);
    run.leave(0, Role.MLP_OUTPUT, weight -> 1e38f * weight);
    assertThatThrownBy(() -> run.lead(1, Role.ATTENTION_INPUT, part))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith("Shard a, sequence 1: ")
        .hasMessageContaining(
            ", block 0: what quantized blocks send overflows in its hidden states")
        .hasMessageEndingWith("Quantize without --propagate, or to more bits.");
    assertThat(run.files().has(PrefixFiles.hidden(1, 0))).isFalse();
  }

  @Test
  void everyRoleLeavesRowsOfItsOwnWidth() throws IOException {
    // hidden_size 64, 4 heads of 24, intermediate_size 112
    Map<Role, Integer> widths =
        Map.of(
            Role.ATTENTION_INPUT, 64,
            Role.ATTENTION_OUTPUT, 96,
            Role.MLP_INPUT, 64,
            Role.MLP_OUTPUT, 112);
    for (Role role : Role.values()) {
      Matrix rows = floats.files().matrix(PrefixFiles.rows(0, role, 1));
      assertThat(rows.columns()).as(role.key()).isEqualTo(widths.get(role));
    }
  }
}
