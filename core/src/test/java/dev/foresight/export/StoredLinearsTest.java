package dev.foresight.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foresight.InputException;
import dev.foresight.quantize.QuantizedLinear;
import dev.foresight.quantize.plan.Grid;
import dev.foresight.tensor.DType;
import dev.foresight.tensor.LocalModelFolder;
import dev.foresight.tensor.NamedTensor;
import dev.foresight.tensor.SafetensorsFile;
import dev.foresight.tensor.StrictJson;
import dev.foresight.tensor.TensorInfo;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Codes of a written folder, for those who check them. */
class StoredLinearsTest {
  private static final String UP = "model.layers.0.mlp.up_proj";
  private static final String DOWN = "model.layers.0.mlp.down_proj";
  private static final NamedTensor NORM =
      NamedTensor.ofFloats(TensorInfo.of("model.norm.weight", DType.F16, 1), new float[] {1});

  @TempDir private Path path;

  private Optional<StoredLinears> open() throws IOException {
    return StoredLinears.open(new LocalModelFolder(path));
  }

  private void write(Container container, Grid grid, List<NamedTensor> block) throws IOException {
    TestFolder folder = new TestFolder(path);
    folder.config(
        WrittenConfig.text("m", StrictJson.object("c", "{}"), container, grid, List.of("lm_head")));
    folder.weights(List.of(NORM), block);
  }

  @ParameterizedTest
  @CsvSource({
    "compressed-tensors, 3, false",
    "compressed-tensors, 4, true",
    "gptq, 4, false",
    "gptq_v2, 2, true",
    "awq, 4, false"
  })
  void codesStepsAndZerosOfEveryContainerComeBack(String name, int bits, boolean symmetric)
      throws IOException {
    Container container = Containers.named(name);
    Grid grid = container.grid(bits, 32, symmetric, DType.F16);
    QuantizedLinear up = RandomLinear.of(grid, 32, 64, 1);
    QuantizedLinear down = RandomLinear.of(grid, 64, 32, 2);
    List<NamedTensor> tensors = new ArrayList<>(container.tensors(UP, up));
    tensors.addAll(container.tensors(DOWN, down));
    write(container, grid, tensors);
    try (StoredLinears linears = open().orElseThrow()) {
      assertThat(linears.names()).containsExactly(DOWN, UP);
      assertSame(linears.read(UP), up);
      assertSame(linears.read(DOWN), down);
    }
  }

  private static void assertSame(QuantizedLinear found, QuantizedLinear wanted) {
    assertThat(found.rows()).isEqualTo(wanted.rows());
    assertThat(found.group()).isEqualTo(wanted.group());
    assertThat(found.codes()).isEqualTo(wanted.codes());
    assertThat(found.steps()).isEqualTo(wanted.steps());
    assertThat(found.zeros()).isEqualTo(wanted.zeros());
  }

  @Test
  void folderOfFloatsHasNone() throws IOException {
    TestFolder folder = new TestFolder(path);
    folder.config("{\"model_type\": \"llama\"}");
    folder.weights(List.of(NORM), List.of());
    assertThat(open()).isEmpty();
  }

  @Test
  void linearThatIsKeptInFloatHasNoCodes() throws IOException {
    Container container = new CompressedTensors();
    Grid grid = container.grid(4, 32, true, DType.F16);
    write(container, grid, container.tensors(UP, RandomLinear.of(grid, 2, 64, 3)));
    try (StoredLinears linears = open().orElseThrow()) {
      assertThatThrownBy(() -> linears.read("model.norm"))
          .isInstanceOf(InputException.class)
          .hasMessageEndingWith(
              " has no tensor 'model.norm.weight'; it has 1, among them "
                  + UP
                  + ".weight. Is it"
                  + " the right model?");
    }
  }

  /**
   * What GPTQModel 7.7.0 wrote with desc_act: groups are no neighbours, and codes tell no order.
   */
  @Test
  void inputsInAnOrderOfTheirOwnAreRefused() throws Exception {
    Container container = Containers.named("gptq_v2");
    String ordered = "gptq_v2.b4.activation_order";
    try (SafetensorsFile golden = Goldens.open("gptq_awq.safetensors")) {
      List<NamedTensor> tensors =
          golden.tensors().stream()
              .map(TensorInfo::name)
              .filter(name -> name.startsWith(ordered))
              .map(name -> NamedTensor.copyOf(golden, name))
              .toList();
      assertThat(tensors).hasSize(4);
      write(container, container.grid(4, 16, false, DType.F16), tensors);
    }
    try (StoredLinears linears = open().orElseThrow()) {
      assertThatThrownBy(() -> linears.read(ordered))
          .isInstanceOf(InputException.class)
          .hasMessageEndingWith(
              ": the inputs of "
                  + ordered
                  + " are in an order of their own (g_idx), so its codes can't be checked.");
    }
  }
}
