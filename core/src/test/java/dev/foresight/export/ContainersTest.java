package dev.foresight.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.foresight.InputException;
import dev.foresight.quantize.QuantizedLinear;
import dev.foresight.quantize.plan.Grid;
import dev.foresight.tensor.Checkpoint;
import dev.foresight.tensor.DType;
import dev.foresight.tensor.NamedTensor;
import dev.foresight.tensor.StrictJson;
import dev.foresight.tensor.TensorInfo;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ContainersTest {
  private static final String LINEAR = "model.layers.0.mlp.up_proj";

  @TempDir Path folder;

  @Test
  void containersAreFoundByName() {
    assertThat(Containers.named("dequantized")).isInstanceOf(Dequantized.class);
    assertThat(Containers.all()).extracting(Container::name).doesNotHaveDuplicates();
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> Containers.named("gguf"))
        .withMessage(
            "--container gguf is unknown: choose one of compressed-tensors, gptq_v2, gptq, awq,"
                + " dequantized.");
  }

  @Test
  void containerFixesTheGrid() {
    for (String own : List.of("compressed-tensors", "dequantized")) {
      assertThat(Containers.named(own).grid(3, 64, false, DType.BF16))
          .isEqualTo(new Grid(3, 64, false, DType.BF16));
    }
    assertThat(Containers.named("gptq_v2").grid(3, 64, false, DType.BF16))
        .isEqualTo(new Grid(3, 64, false, DType.F16));
    assertThat(Containers.named("gptq").grid(3, 64, false, DType.BF16))
        .isEqualTo(new Grid(3, 64, false, DType.F16, 1));
    assertThat(Containers.named("awq").grid(4, 64, true, DType.F32))
        .isEqualTo(new Grid(4, 64, true, DType.F16));
  }

  @Test
  void symmetryIsWhatReadersLike() {
    assertThat(Containers.all().stream().filter(Container::symmetricByDefault))
        .extracting(Container::name)
        .containsExactly("compressed-tensors", "dequantized");
  }

  @Test
  void settingThatAContainerCannotHoldNamesThoseThatCan() {
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> Containers.named("awq").grid(3, 64, true, DType.F16))
        .withMessage(
            "--container awq can't hold 3 bits, symmetric; compressed-tensors, gptq_v2, gptq,"
                + " dequantized can.");
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> Containers.named("gptq").grid(5, 64, false, DType.F16))
        .withMessage(
            "--container gptq can't hold 5 bits, asymmetric; compressed-tensors, dequantized can.");
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> Containers.named("compressed-tensors").grid(9, 64, false, DType.F16))
        .withMessage(
            "--container compressed-tensors can't hold 9 bits, asymmetric; no container can: choose 2 to"
                + " 8 bits.");
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 4, 5, 6, 7, 8})
  void writtenFolderGivesTheSimulatedWeightsBitForBit(int bits) throws Exception {
    for (boolean symmetric : List.of(true, false)) {
      for (int group : List.of(16, 48, 0)) {
        for (DType stored : List.of(DType.F16, DType.BF16, DType.F32)) {
          Container container = new CompressedTensors();
          Grid grid = container.grid(bits, group, symmetric, stored);
          QuantizedLinear weight = RandomLinear.of(grid, 7, 96, 11);
          TestFolder written = write(container, weight);
          try (Checkpoint checkpoint = written.open()) {
            assertThat(checkpoint.info(LINEAR + ".weight"))
                .isEqualTo(TensorInfo.of(LINEAR + ".weight", stored, 7, 96));
            assertThat(checkpoint.floats(LINEAR + ".weight"))
                .as("%s", grid)
                .containsExactly(weight.dequantized().values());
          }
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"gptq_v2", "gptq", "awq"})
  void foldersOfGptqAndAwqGiveTheSimulatedWeightsBitForBit(String name) throws Exception {
    Container container = Containers.named(name);
    for (int bits : List.of(2, 3, 4, 8)) {
      for (boolean symmetric : List.of(true, false)) {
        for (int group :
            container.holds(bits, symmetric) ? List.of(16, 48, 0) : List.<Integer>of()) {
          Grid grid = container.grid(bits, group, symmetric, DType.BF16);
          QuantizedLinear weight = RandomLinear.of(grid, 64, 96, 13);
          try (Checkpoint checkpoint = write(container, weight).open()) {
            assertThat(checkpoint.info(LINEAR + ".weight"))
                .isEqualTo(TensorInfo.of(LINEAR + ".weight", DType.F16, 64, 96));
            assertThat(checkpoint.floats(LINEAR + ".weight"))
                .as("%s", grid)
                .containsExactly(weight.dequantized().values());
          }
        }
      }
    }
  }

  @Test
  void whatStaysInFloatIsTurnedIntoTheTypeOfTheContainer() throws Exception {
    float[] values = {1, 1.0009765f};
    TestFolder original = new TestFolder(folder);
    original.config("{}");
    original.weights(
        List.of(NamedTensor.ofFloats(TensorInfo.of("norm", DType.BF16, 2), values)), List.of());
    try (Checkpoint checkpoint = original.open()) {
      NamedTensor kept = WeightFiles.inFloat(checkpoint, "norm", new CompressedTensors());
      NamedTensor turned = WeightFiles.inFloat(checkpoint, "norm", new Awq());
      assertThat(kept.info().dtype()).isEqualTo(DType.BF16);
      assertThat(turned.info()).isEqualTo(TensorInfo.of("norm", DType.F16, 2));
      assertThat(turned.data().bytes().getShort(0)).isEqualTo((short) 0x3c00);
    }
  }

  @Test
  void floatThatOverflowsTheTypeOfTheContainerIsNamed() throws Exception {
    TestFolder original = new TestFolder(folder);
    original.config("{}");
    original.weights(
        List.of(NamedTensor.ofFloats(TensorInfo.of("norm", DType.BF16, 2), new float[] {1, 70000})),
        List.of());
    try (Checkpoint checkpoint = original.open()) {
      NamedTensor turned = WeightFiles.inFloat(checkpoint, "norm", Containers.named("gptq_v2"));
      assertThatExceptionOfType(InputException.class)
          .isThrownBy(() -> turned.data().bytes())
          .withMessageStartingWith("Element 1 of norm is 70144.0, more than F16 can hold");
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"F16", "BF16", "F32"})
  void dequantizedFolderHoldsTheWeightsRoundedToTheirType(DType stored) throws Exception {
    Container container = new Dequantized();
    QuantizedLinear weight = RandomLinear.of(container.grid(3, 16, false, stored), 7, 96, 12);
    float[] expected = weight.dequantized().values();
    for (int i = 0; i < expected.length; i++) {
      expected[i] = stored.round(expected[i]);
    }
    try (Checkpoint checkpoint = write(container, weight).open()) {
      assertThat(checkpoint.floats(LINEAR + ".weight")).containsExactly(expected);
    }
  }

  @Test
  void dequantizedWeightThatOverflowsIsNamed() {
    Grid grid = new Grid(8, 0, true, DType.F16);
    byte[] codes = {0, (byte) 255};
    QuantizedLinear weight =
        new QuantizedLinear(1, 2, 2, grid, codes, new float[] {1024}, new byte[] {(byte) 128});
    NamedTensor tensor = new Dequantized().tensors(LINEAR, weight).get(0);
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> tensor.data().bytes())
        .withMessageContaining(LINEAR + ".weight is -131072.0, more than F16 can hold");
  }

  private TestFolder write(Container container, QuantizedLinear weight) throws Exception {
    float[] norm = new float[96];
    Arrays.fill(norm, 1);
    List<NamedTensor> outside =
        List.of(NamedTensor.ofFloats(TensorInfo.of("model.norm.weight", DType.F32, 96), norm));
    TestFolder written = new TestFolder(folder);
    written.config(
        WrittenConfig.text(
            "original",
            StrictJson.object("config", "{\"model_type\":\"llama\"}"),
            container,
            weight.grid(),
            List.of("lm_head")));
    written.weights(outside, container.tensors(LINEAR, weight));
    return written;
  }
}
