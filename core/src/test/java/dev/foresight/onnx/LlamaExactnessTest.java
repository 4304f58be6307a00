package dev.foresight.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import dev.foresight.model.Model;
import dev.foresight.model.Role;
import dev.foresight.onnx.graph.LinearNodes;
import dev.foresight.onnx.graph.Statistics;
import dev.foresight.sketch.RoleSketch;
import dev.foresight.tensor.Checkpoint;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Against transformers 5.23.0, fp32, by llama_goldens.py. */
class LlamaExactnessTest {
  private static final double GATE = 1e-5;
  private static Checkpoint golden;
  private static int[][] ids;

  @BeforeAll
  static void read() throws IOException {
    golden = Llama.golden("/onnx/llama/golden.safetensors");
    ids = Llama.ids(golden);
  }

  @AfterAll
  static void close() throws IOException {
    golden.close();
  }

  @Test
  void oneBlockOnTheSameInputGivesTheHiddenStatesOfTransformers() throws IOException {
    try (Model model = Llama.open()) {
      for (int block = 0; block < model.config().blocks(); block++) {
        assertThat(errorOfBlock(model, block)).as("block %d", block).isLessThan(GATE);
      }
    }
  }

  @Test
  void wrongThetaBreaksTheGate() throws IOException {
    try (Model model = Llama.open("5000.0", "10000.0")) {
      assertThat(errorOfBlock(model, 1)).isGreaterThan(100 * GATE);
    }
  }

  @Test
  void wrongSoftmaxScaleBreaksTheGate() throws IOException {
    try (Model model = Llama.open((name, values) -> scale(name, "q_proj", values, 1.1f))) {
      assertThat(errorOfBlock(model, 1)).isGreaterThan(100 * GATE);
    }
  }

  @Test
  void missingAttentionBreaksTheGate() throws IOException {
    try (Model model = Llama.open((name, values) -> scale(name, "o_proj", values, 0))) {
      assertThat(errorOfBlock(model, 1)).isGreaterThan(100 * GATE);
    }
  }

  @Test
  void allBlocksInARowGiveTheHiddenStatesOfTransformers() throws IOException {
    try (Model model = Llama.open();
        BlockRunner runner = new BlockRunner(model, RunnerSettings.resident())) {
      float[] wanted = golden.floats("hidden.3");
      assertThat(Llama.relativeRms(runner.run(ids), wanted)).isLessThan(GATE);
    }
  }

  @Test
  void logitsEqualThoseOfTransformers() throws IOException {
    try (Model model = Llama.open();
        BlockRunner runner = new BlockRunner(model, RunnerSettings.resident())) {
      float[] firstSequence = Arrays.copyOf(runner.run(ids), 40 * 64);
      float[] wanted = golden.floats("logits");
      assertThat(Llama.relativeRms(LikelyToken.logits(model, firstSequence), wanted))
          .isLessThan(1e-4);
    }
  }

  @Test
  void sumsOfAllRolesEqualThoseOfHooks() throws IOException {
    Observed observed = new Observed();
    try (Model model = Llama.open();
        BlockRunner runner =
            new BlockRunner(model, RunnerSettings.resident().measuring(Statistics.all()))) {
      runner.run(ids, RowSelection.none(), observed);
      for (int block = 0; block < model.config().blocks(); block++) {
        for (Role role : Role.values()) {
          RoleSketch found = observed.only(block).sums(role);
          String key = "block%d.%s".formatted(block, role.key());
          assertThat(found.channels()).isEqualTo(role.channels(model.config()));
          assertThat(SumErrors.worst(found.rest(), golden.floats(key + ".later")))
              .as(key)
              .isLessThan(GATE);
          assertThat(SumErrors.worst(found.first(), golden.floats(key + ".first")))
              .as(key)
              .isLessThan(GATE);
        }
      }
    }
  }

  @Test
  void strataCountTheirTokens() throws IOException {
    Observed observed = new Observed();
    try (Model model = Llama.open();
        BlockRunner runner =
            new BlockRunner(model, RunnerSettings.resident().measuring(Statistics.all()))) {
      runner.run(ids, RowSelection.none(), observed);
    }
    assertThat(observed.only(0).sums(Role.MLP_INPUT).first().tokens()).isEqualTo(3);
    assertThat(observed.only(0).sums(Role.MLP_INPUT).rest().tokens()).isEqualTo(3 * 39);
  }

  private static double errorOfBlock(Model model, int block) throws IOException {
    float[] input = golden.floats("hidden." + block);
    FloatBuffer in = FloatPool.allocate(input.length).put(input).flip();
    FloatBuffer out = FloatPool.allocate(input.length);
    RunnerSettings settings = RunnerSettings.resident();
    BlockGraphs graphs =
        new BlockGraphs(model.config(), model.architecture(), List.of(), LinearNodes.FLOAT);
    RopeTable rope = new RopeTable(model.config(), ids[0].length);
    try (BlockCache cache = BlockCache.temporary();
        BlockSession session = BlockSession.open(model, block, graphs.of(block), settings, cache);
        BatchInputs inputs =
            new BatchInputs(
                ids.length, ids[0].length, model.config().hidden(), rope, new long[0])) {
      assertThat(session.run(inputs, in, out)).isEmpty();
    }
    float[] found = new float[input.length];
    out.get(found);
    return Llama.relativeRms(found, golden.floats("hidden." + (block + 1)));
  }

  private static void scale(String name, String part, float[] values, float by) {
    if (name.contains(part)) {
      for (int i = 0; i < values.length; i++) {
        values[i] *= by;
      }
    }
  }
}
