package dev.foresight.onnx.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.foresight.InputException;
import dev.foresight.model.Model;
import dev.foresight.model.ModelConfig;
import dev.foresight.model.Role;
import dev.foresight.onnx.BlockFile;
import dev.foresight.onnx.BlockRunner;
import dev.foresight.onnx.BlockTensors;
import dev.foresight.onnx.GeneratedCheckpoint;
import dev.foresight.onnx.Int8Weight;
import dev.foresight.onnx.Llama;
import dev.foresight.onnx.Observed;
import dev.foresight.onnx.OnnxEnvironment;
import dev.foresight.onnx.OnnxEnvironment.Scratch;
import dev.foresight.onnx.RowSelection;
import dev.foresight.onnx.RunnerSettings;
import dev.foresight.onnx.SumErrors;
import dev.foresight.onnx.WeightLayout;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Int8LinearsTest {
  @TempDir private Path folder;

  @Test
  void roundingIsToTheNearestOf127StepsEachSide() {
    float[] values = {0, 1.27f, -1.27f, 0.014f, 0.016f, -0.004f, 0.5f, -0.5f};
    Int8Weight found = Int8Weight.of(values, 0, 8, 8);
    assertThat(found.steps()[0]).isCloseTo(0.01f, within(1e-9f));
    assertThat(codes(found)).containsExactly(128, 255, 1, 129, 130, 128, 178, 78);
  }

  @Test
  void groupOfZerosHasStepOne() {
    Int8Weight found = Int8Weight.of(new float[] {9, 9, 0, 0, 3, 0}, 2, 6, 2);
    assertThat(found.steps()).containsExactly(1, 3f / 127);
    assertThat(codes(found)).containsExactly(128, 128, 255, 128);
  }

  @Test
  void groupIsTheLargestPowerOfTwoThatDivides() {
    assertThat(Int8Linears.group("x", 4096)).isEqualTo(128);
    assertThat(Int8Linears.group("x", 576)).isEqualTo(64);
    assertThat(Int8Linears.group("x", 112)).isEqualTo(16);
    assertThatThrownBy(() -> Int8Linears.group("mlp.down_proj", 40))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("mlp.down_proj has 40 input channels")
        .hasMessageContaining("--precision fp32");
  }

  @Test
  void linearWithABiasIsThatOfItsCodesWithinTheRoundingOfActivations() throws Exception {
    int rows = 48;
    int columns = 256;
    int tokens = 20;
    Random random = new Random(7);
    float[] weight = gaussian(random, rows * columns);
    float[] bias = gaussian(random, rows);
    float[] x = gaussian(random, tokens * columns);
    OnnxGraph graph = new OnnxGraph("linear");
    graph.input("x", "tokens", columns);
    String y =
        Precision.INT8.linears().add(graph, "x", new LinearNodes.Linear("p", rows, columns, true));
    graph.output("y", "Identity", List.of(y));
    float[] found = run(graph, weight, bias, x, tokens, columns);

    Int8Weight rounded = Int8Weight.of(weight, 0, weight.length, 128);
    double difference = 0;
    double size = 0;
    for (int t = 0; t < tokens; t++) {
      for (int r = 0; r < rows; r++) {
        double wanted = bias[r];
        for (int c = 0; c < columns; c++) {
          int at = r * columns + c;
          double w = (Byte.toUnsignedInt(rounded.codes()[at]) - 128) * rounded.steps()[at / 128];
          wanted += w * x[t * columns + c];
        }
        difference += Math.pow(found[t * rows + r] - wanted, 2);
        size += wanted * wanted;
      }
    }
    // 254 steps over +-3.3 sigma, rounded to nearest: 1 / (254 / 6.6 * sqrt(12)) = 0.0075
    assertThat(Math.sqrt(difference / size)).isBetween(1e-5, 0.01);
  }

  private float[] run(
      OnnxGraph graph, float[] weight, float[] bias, float[] x, int tokens, int columns)
      throws IOException, OrtException {
    WeightLayout layout = new WeightLayout(graph.bytes());
    ModelConfig config;
    try (Model llama = Llama.open()) {
      config = llama.config();
    }
    Model model = GeneratedCheckpoint.model(config, name -> name.endsWith("bias") ? bias : weight);
    new BlockFile(folder.resolve("w"), "00".repeat(32), layout).write(new BlockTensors(model, 0));
    try (OrtSession session =
            OnnxEnvironment.session(layout.graph("w"), folder, true, 1, Scratch.FREED);
        OnnxTensor in =
            OnnxTensor.createTensor(
                OnnxEnvironment.get(), FloatBuffer.wrap(x), new long[] {tokens, columns});
        OrtSession.Result result = session.run(Map.of("x", in))) {
      FloatBuffer out = ((OnnxTensor) result.get(0)).getFloatBuffer();
      float[] values = new float[out.remaining()];
      out.get(values);
      return values;
    }
  }

  @Test
  void threeBlocksIn8BitsStayNearFp32() throws IOException {
    int[][] slice = {new Random(3).ints(100, 0, 256).toArray()};
    Observed exact = new Observed();
    Observed rounded = new Observed();
    try (Model model = Llama.open();
        BlockRunner fp32 =
            new BlockRunner(model, RunnerSettings.resident().measuring(Statistics.all()));
        BlockRunner int8 =
            new BlockRunner(
                model,
                RunnerSettings.resident().measuring(Statistics.all()).with(Precision.INT8))) {
      float[] wanted = fp32.run(slice, RowSelection.none(), exact);
      float[] found = int8.run(slice, RowSelection.none(), rounded);
      assertThat(Llama.relativeRms(found, wanted)).isBetween(1e-3, 0.15);
      for (Role role : Role.values()) {
        assertThat(
                Llama.relativeRms(
                    SumErrors.floats(rounded.only(0).sums(role).rest().sumAbs()),
                    SumErrors.floats(exact.only(0).sums(role).rest().sumAbs())))
            .as(role.key())
            .isLessThan(0.02);
      }
    }
  }

  @Test
  void residentAndStreamingAreEqualIn8BitsToo() throws IOException {
    int[][] slice = {new Random(3).ints(50, 0, 256).toArray()};
    RunnerSettings all = RunnerSettings.resident().with(Precision.INT8);
    RunnerSettings few = RunnerSettings.streaming(1).with(Precision.INT8);
    try (Model model = Llama.open();
        BlockRunner resident = new BlockRunner(model, all);
        BlockRunner streaming = new BlockRunner(model, few)) {
      assertThat(streaming.run(slice)).isEqualTo(resident.run(slice));
    }
  }

  private static List<Integer> codes(Int8Weight weight) {
    List<Integer> codes = new ArrayList<>();
    for (byte code : weight.codes()) {
      codes.add(Byte.toUnsignedInt(code));
    }
    return codes;
  }

  private static float[] gaussian(Random random, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }
}
