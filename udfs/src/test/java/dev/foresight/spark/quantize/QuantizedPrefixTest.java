package dev.foresight.spark.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foresight.InputException;
import dev.foresight.model.Role;
import dev.foresight.onnx.OneBlock;
import dev.foresight.onnx.RowSelection;
import dev.foresight.spark.BareExecutor;
import dev.foresight.spark.CalibratedLlama;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How the tasks of a JVM share the block that text is led through. */
class QuantizedPrefixTest {
  private static final RowSelection FIRST = new RowSelection(new int[] {0});

  @TempDir private Path output;
  private BareExecutor executor;
  private Propagation run;

  @BeforeEach
  void begin() throws IOException {
    executor = new BareExecutor();
    run = new Propagation(output.toString());
  }

  @AfterEach
  void end() {
    executor.close();
  }

  private QuantizedPrefix.Key key(String attempt, int block, Role role) {
    return new QuantizedPrefix.Key(
        CalibratedLlama.MODEL.toString(), output.toString(), attempt, block, role);
  }

  private QuantizedPrefix.Lease acquire(String attempt, int block, Role role) throws IOException {
    return QuantizedPrefix.acquire(key(attempt, block, role), CalibratedLlama.CONF);
  }

  /** What o_proj of block 0 reads of the first token of the golden text. */
  private static float[] attentionOutput(OneBlock block) throws IOException {
    float[] stream =
        Arrays.copyOf(
            CalibratedLlama.golden("hidden.0"), CalibratedLlama.LENGTH * CalibratedLlama.CHANNELS);
    return block.rows(stream, CalibratedLlama.LENGTH, FIRST);
  }

  @Test
  void tasksOfOneRunShareABlock() throws IOException {
    try (QuantizedPrefix.Lease one = acquire("run", 0, Role.ATTENTION_INPUT);
        QuantizedPrefix.Lease other = acquire("run", 0, Role.ATTENTION_INPUT)) {
      assertThat(other.block()).isSameAs(one.block());
    }
  }

  @Test
  void blockStaysLoadedForTheNextTaskThatAsksForIt() throws IOException {
    OneBlock before;
    try (QuantizedPrefix.Lease lease = acquire("run", 0, Role.ATTENTION_INPUT)) {
      before = lease.block();
    }
    try (QuantizedPrefix.Lease lease = acquire("run", 0, Role.ATTENTION_INPUT)) {
      assertThat(lease.block()).isSameAs(before);
    }
  }

  /** A folder that is written again holds other weights under the same names. */
  @Test
  void otherRunIntoTheSameFolderReadsItsOwnWeights() throws IOException {
    run.leave(0, Role.ATTENTION_INPUT, weight -> 0);
    float[] zero;
    try (QuantizedPrefix.Lease lease = acquire("first", 0, Role.ATTENTION_OUTPUT)) {
      zero = attentionOutput(lease.block());
    }
    assertThat(zero).hasSize(96).containsOnly(0f); // values of v_proj that is zero
    run.leaveFloats(0, Role.ATTENTION_INPUT);
    try (QuantizedPrefix.Lease lease = acquire("first", 0, Role.ATTENTION_OUTPUT)) {
      assertThat(attentionOutput(lease.block())).as("the block of this run").isEqualTo(zero);
    }
    try (QuantizedPrefix.Lease lease = acquire("second", 0, Role.ATTENTION_OUTPUT)) {
      assertThat(attentionOutput(lease.block())).doesNotContain(0f);
    }
  }

  @Test
  void blockThatATaskUsesIsNotClosedForAnother() throws IOException {
    run.leaveFloats(0, Role.ATTENTION_INPUT);
    try (QuantizedPrefix.Lease used = acquire("run", 0, Role.ATTENTION_OUTPUT)) {
      float[] before = attentionOutput(used.block());
      acquire("run", 0, Role.ATTENTION_INPUT).close();
      acquire("run", 1, Role.ATTENTION_INPUT).close();
      assertThat(attentionOutput(used.block())).isEqualTo(before);
    }
  }

  @Test
  void blockThatNobodyUsesMakesRoomForTheNext() throws IOException {
    QuantizedPrefix.Lease over = acquire("run", 0, Role.ATTENTION_INPUT);
    OneBlock before = over.block();
    over.close();
    acquire("run", 1, Role.ATTENTION_INPUT).close();
    try (QuantizedPrefix.Lease again = acquire("run", 0, Role.ATTENTION_INPUT)) {
      assertThat(again.block()).isNotSameAs(before);
    }
  }

  /** A task that is tried again finds what was not there before. */
  @Test
  void blockThatCouldNotBeLoadedIsLoadedByTheNextTask() throws IOException {
    run.leaveFloats(1, Role.ATTENTION_INPUT);
    assertThatThrownBy(() -> acquire("run", 0, Role.ATTENTION_OUTPUT))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("weights-00000-attention_input.safetensors");
    run.leaveFloats(0, Role.ATTENTION_INPUT);
    try (QuantizedPrefix.Lease lease = acquire("run", 0, Role.ATTENTION_OUTPUT)) {
      assertThat(attentionOutput(lease.block())).hasSize(96);
    }
  }

  /** In front of a role only what comes before it is quantized. */
  @Test
  void partOfABlockNeedsTheWeightsOfTheRolesBeforeItAlone() throws IOException {
    acquire("run", 2, Role.ATTENTION_INPUT).close();
    run.leaveFloats(2, Role.ATTENTION_INPUT);
    acquire("run", 2, Role.ATTENTION_OUTPUT).close();
    assertThatThrownBy(() -> acquire("run", 2, Role.MLP_INPUT))
        .hasMessageContaining("weights-00002-attention_output.safetensors");
    run.leaveFloats(2, Role.ATTENTION_OUTPUT);
    acquire("run", 2, Role.MLP_INPUT).close();
    assertThatThrownBy(() -> acquire("run", 2, null))
        .as("what lies behind attention is all of the block")
        .hasMessageContaining("weights-00002-mlp_input.safetensors");
  }
}
