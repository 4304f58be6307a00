package dev.foresight.spark.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foresight.export.Containers;
import dev.foresight.model.Model;
import dev.foresight.model.Role;
import dev.foresight.quantize.BlockResult;
import dev.foresight.quantize.BlockWeights;
import dev.foresight.quantize.LinearReport;
import dev.foresight.quantize.QuantizedLinear;
import dev.foresight.quantize.plan.Grid;
import dev.foresight.spark.CalibratedLlama;
import dev.foresight.spark.io.UnfinishedOutput;
import dev.foresight.spark.quantize.BlockQuantization.QuantizedBlock;
import dev.foresight.spark.quantize.BlockQuantization.Task;
import dev.foresight.tensor.Checkpoint;
import dev.foresight.tensor.DType;
import dev.foresight.tensor.LocalModelFolder;
import dev.foresight.tensor.MappedFile;
import dev.foresight.tensor.Matrix;
import dev.foresight.tensor.NamedTensor;
import dev.foresight.tensor.SafetensorsFile;
import dev.foresight.tensor.TensorInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A block of three tensors, written as one of three of a model. */
class BlockOutputTest {
  private static final Grid GRID = new Grid(4, 2, true, DType.F32);
  private static final String DOWN = "mlp.down_proj";

  @TempDir private Path folder;

  /** Codes 9 6 | 8 15 with steps 0.5 and 2 around 8: weights 0.5 -1 | 0 14. */
  private static QuantizedLinear linear() {
    return new QuantizedLinear(
        2, 2, 2, GRID, new byte[] {9, 6, 8, 15}, new float[] {0.5f, 2}, new byte[] {8, 8});
  }

  private static LinearReport report() {
    return new LinearReport(DOWN, Role.MLP_OUTPUT, 0, 3, 2, 1, 0, 0.25, Double.NaN, 4);
  }

  private static BlockResult result() {
    return new BlockResult(
        Map.of(DOWN, linear()),
        Map.of("mlp.up_proj", new Matrix(1, 2, new float[] {1.5f, -2})),
        Map.of("input_layernorm.weight", new float[] {1, 0.25f}),
        List.of(report()));
  }

  private static BlockWeights weights() {
    return new BlockWeights(
        "model.layers.1",
        Map.of(),
        Map.of(),
        DType.BF16,
        Map.of("input_layernorm.weight", DType.F32));
  }

  private static List<NamedTensor> tensors(String container) throws IOException {
    try (Model model = Model.open(new LocalModelFolder(CalibratedLlama.MODEL))) {
      return BlockOutput.tensors(Containers.named(container), model, 1, weights(), result());
    }
  }

  private QuantizedBlock write(List<NamedTensor> tensors) throws IOException {
    Task task = new Task(CalibratedLlama.MODEL.toString(), folder.toString(), null, null);
    try (Model model = Model.open(new LocalModelFolder(CalibratedLlama.MODEL))) {
      return BlockOutput.write(
          task,
          model,
          1,
          tensors,
          List.of(report()),
          Map.of(DOWN, "d".repeat(64)),
          2.5,
          CalibratedLlama.CONF);
    }
  }

  /** Python 3.11: hashlib.sha256(struct.pack("<4f", 0.5, -1, 0, 14)).hexdigest(). */
  @Test
  void digestIsThatOfTheWeightsAsReadersGetThem() {
    assertThat(BlockOutput.digests(Containers.named("compressed-tensors"), result()))
        .containsExactly(
            Map.entry(DOWN, "8112b9590bdccee66df1e8a4d7cc6017e7cf36b59c692f8a5a403ee2489b1978"));
  }

  @Test
  void tensorsHaveTheNamesOfTheModelAndTheTypesTheyAreWrittenIn() throws IOException {
    assertThat(tensors("dequantized").stream().map(NamedTensor::info))
        .filteredOn(info -> !info.name().contains(DOWN))
        .containsExactly(
            TensorInfo.of("model.layers.1.mlp.up_proj.weight", DType.BF16, 1, 2),
            TensorInfo.of("model.layers.1.input_layernorm.weight", DType.F32, 2));
  }

  @Test
  void quantizedLinearHasTheTensorsOfItsContainer() throws IOException {
    assertThat(tensors("compressed-tensors").stream().map(tensor -> tensor.info().name()))
        .filteredOn(name -> name.contains(DOWN))
        .containsExactlyInAnyOrder(
            "model.layers.1.mlp.down_proj.weight_packed",
            "model.layers.1.mlp.down_proj.weight_scale",
            "model.layers.1.mlp.down_proj.weight_shape");
  }

  @Test
  void fileHoldsWhatWasGivenUnderTheNumberBehindTheBlocks() throws IOException {
    QuantizedBlock done = write(tensors("dequantized"));
    assertThat(done.file()).isEqualTo("model-00003-of-00004.safetensors"); // 1: outside, 2: block 0
    try (Checkpoint file = SafetensorsFile.open(MappedFile.open(folder.resolve(done.file())))) {
      assertThat(file.floats("model.layers.1.mlp.down_proj.weight"))
          .containsExactly(0.5f, -1, 0, 14);
      assertThat(file.floats("model.layers.1.mlp.up_proj.weight")).containsExactly(1.5f, -2);
      assertThat(file.floats("model.layers.1.input_layernorm.weight")).containsExactly(1, 0.25f);
      assertThat(done.tensors()).containsExactlyInAnyOrderElementsOf(file.tensors());
    }
  }

  @Test
  void hashIsThatOfTheFile() throws Exception {
    QuantizedBlock done = write(tensors("dequantized"));
    byte[] bytes = Files.readAllBytes(folder.resolve(done.file()));
    assertThat(done.written().bytes()).isEqualTo(bytes.length);
    assertThat(done.written().sha256())
        .isEqualTo(HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes)));
  }

  /** A run that takes over reports what the killed one measured, NaN among it. */
  @Test
  void recordIsWhatTheTaskGave() throws IOException {
    QuantizedBlock done = write(tensors("dequantized"));
    UnfinishedOutput output = new UnfinishedOutput(folder.toString());
    assertThat(output.recorded(1, QuantizedBlock.class, CalibratedLlama.CONF)).contains(done);
    assertThat(output.recorded(2, QuantizedBlock.class, CalibratedLlama.CONF)).isEmpty();
    assertThat(output.has(done.file(), done.written(), CalibratedLlama.CONF)).isTrue();
    assertThat(output.announced(CalibratedLlama.CONF)).containsExactly(done.file());
  }

  @Test
  void fileThatCanNotBeWrittenLeavesNoRecord() {
    NamedTensor failing =
        new NamedTensor(
            TensorInfo.of("x", DType.F32, 1),
            () -> {
              throw new IOException("the disk is gone");
            });
    assertThatThrownBy(() -> write(List.of(failing))).hasMessageContaining("the disk is gone");
    assertThat(folder.resolve("model-00003-of-00004.safetensors")).doesNotExist();
    assertThat(folder.resolve("_temporary/block-00001.json")).doesNotExist();
  }
}
