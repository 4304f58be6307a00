package dev.foresight.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.foresight.InputException;
import dev.foresight.quantize.QuantizedLinear;
import dev.foresight.quantize.plan.Grid;
import dev.foresight.tensor.Checkpoint;
import dev.foresight.tensor.DType;
import dev.foresight.tensor.NamedTensor;
import dev.foresight.tensor.StrictJson;
import dev.foresight.tensor.TensorInfo;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.assertj.core.api.ThrowableAssertAlternative;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExportedCheckpointsTest {
  private static final String LINEAR = "model.layers.0.mlp.up_proj";
  private static final String WEIGHT = LINEAR + ".weight";
  private static final CompressedTensors CONTAINER = new CompressedTensors();
  private static final Grid GRID = new Grid(3, 32, false, DType.F16);

  private final QuantizedLinear weight = RandomLinear.of(GRID, 6, 64, 3);
  private final NamedTensor norm =
      NamedTensor.ofFloats(TensorInfo.of("model.norm.weight", DType.F16, 2), new float[] {1, 2});

  @TempDir Path path;
  private TestFolder folder;

  @BeforeEach
  void makeFolder() throws IOException {
    folder = new TestFolder(path);
    config(quantization -> {});
    folder.weights(List.of(norm), CONTAINER.tensors(LINEAR, weight));
  }

  @Test
  void partsOfALinearAreSeenAsOneWeight() throws IOException {
    try (Checkpoint checkpoint = folder.open()) {
      assertThat(checkpoint.tensors())
          .containsExactly(TensorInfo.of(WEIGHT, DType.F16, 6, 64), norm.info());
      assertThat(checkpoint.contains(WEIGHT)).isTrue();
      assertThat(checkpoint.contains(LINEAR + ".weight_packed")).isFalse();
      assertThat(checkpoint.floats("model.norm.weight")).containsExactly(1, 2);
      assertThat(checkpoint.bytes("model.norm.weight").remaining()).isEqualTo(4);
    }
  }

  @Test
  void partsAndBytesOfAQuantizedWeightAreNotHandedOut() throws IOException {
    try (Checkpoint checkpoint = folder.open()) {
      assertThatExceptionOfType(InputException.class)
          .isThrownBy(() -> checkpoint.info(LINEAR + ".weight_packed"))
          .withMessageContaining("has no tensor '" + LINEAR + ".weight_packed'");
      assertThatExceptionOfType(InputException.class)
          .isThrownBy(() -> checkpoint.bytes(WEIGHT))
          .withMessageContaining(WEIGHT + " is quantized");
    }
  }

  @Test
  void floatFolderIsOpenedAsItIs() throws IOException {
    folder.config("{\"model_type\":\"llama\"}");
    folder.weights(List.of(norm), List.of());
    try (Checkpoint checkpoint = folder.open()) {
      assertThat(checkpoint.tensors()).containsExactly(norm.info());
    }
  }

  @Test
  void otherMethodIsNamed() throws IOException {
    folder.config("{\"quantization_config\":{\"quant_method\":\"fp8\"}}");
    refused()
        .withMessageContaining(
            "is quantized by 'fp8', which can't be read here; float models, compressed-tensors, gptq and awq can.");
    folder.config("{\"quantization_config\":7}");
    refused().withMessageContaining("quantization_config is not a JSON object");
  }

  @Test
  void olderLayoutIsRefusedOnlyWhereItDiffers() throws IOException {
    config(quantization -> quantization.put("version", "0.15.1.a20260401"));
    refused().withMessageContaining("written by compressed-tensors '0.15.1.a20260401'");
    config(quantization -> quantization.remove("version"));
    refused().withMessageContaining("written by compressed-tensors ''");

    QuantizedLinear fourBits = RandomLinear.of(new Grid(4, 32, true, DType.F16), 6, 64, 4);
    folder.weights(List.of(norm), CONTAINER.tensors(LINEAR, fourBits));
    config(fourBits.grid(), quantization -> quantization.put("version", "0.9.0"));
    try (Checkpoint checkpoint = folder.open()) {
      assertThat(checkpoint.floats(WEIGHT)).containsExactly(fourBits.dequantized().values());
    }
  }

  @Test
  void newerVersionIsRead() throws IOException {
    for (String version : List.of("0.20.0", "1.0", "0.17.0")) {
      config(quantization -> quantization.put("version", version));
      try (Checkpoint checkpoint = folder.open()) {
        assertThat(checkpoint.floats(WEIGHT)).containsExactly(weight.dequantized().values());
      }
    }
  }

  @Test
  void settingsThatChangeTheMeaningAreRefused() throws IOException {
    refusedWith("/format", "\"float-quantized\"").withMessageContaining("format float-quantized");
    refusedWith("/quantization_status", "\"frozen\"").withMessageContaining("status frozen");
    refusedWith("/kv_cache_scheme", "{\"num_bits\":8}").withMessageContaining("kv_cache_scheme");
    refusedWith("/transform_config", "{\"a\":1}").withMessageContaining("transform_config");
    refusedWith("/config_groups/group_0/input_activations", "{\"num_bits\":8}")
        .withMessageContaining("group_0: input_activations");
    refusedWith("/config_groups/group_0/format", "\"int-quantized\"")
        .withMessageContaining("format int-quantized");
    refusedWith("/config_groups/group_0/weights", "null").withMessageContaining("weights null");
    refusedWith("/config_groups/group_0/weights/num_bits", "1").withMessageContaining("num_bits 1");
    refusedWith("/config_groups/group_0/weights/type", "\"float\"").withMessageContaining("type");
    refusedWith("/config_groups/group_0/weights/strategy", "\"tensor\"")
        .withMessageContaining("strategy tensor");
    refusedWith("/config_groups/group_0/weights/actorder", "\"group\"")
        .withMessageContaining("actorder");
    refusedWith("/config_groups/group_0/weights/dynamic", "true").withMessageContaining("dynamic");
    refusedWith("/config_groups/group_0/weights/group_size", "0")
        .withMessageContaining("group_size 0");
    refusedWith("/config_groups/group_0/weights/group_size", "48")
        .withMessageContaining(LINEAR + " has 64 input channels, not a multiple of");
    refusedWith("/config_groups/group_0/targets", "[\"re:(\"]").withMessageContaining("no pattern");
    refusedWith("/config_groups/group_0/targets", "[\"lm_head\"]")
        .withMessageContaining("has no config group for " + LINEAR);
  }

  @Test
  void mostSpecialTargetWins() throws IOException {
    config(
        quantization -> {
          ObjectNode groups = (ObjectNode) quantization.get("config_groups");
          ObjectNode right = groups.withObject("/group_0");
          ObjectNode wrong = right.deepCopy();
          ((ObjectNode) wrong.get("weights")).put("num_bits", 4);
          ObjectNode alsoWrong = wrong.deepCopy();
          right.putArray("targets").add(LINEAR);
          wrong.putArray("targets").add("Linear");
          alsoWrong.putArray("targets").add("re:.*up_proj$");
          groups.removeAll();
          groups.set("group_0", wrong);
          groups.set("group_1", alsoWrong);
          groups.set("group_2", right);
        });
    try (Checkpoint checkpoint = folder.open()) {
      assertThat(checkpoint.floats(WEIGHT)).containsExactly(weight.dequantized().values());
    }
  }

  @Test
  void missingPartIsNamed() throws IOException {
    for (String part : List.of("_scale", "_shape", "_zero_point")) {
      replace(part, null);
      refused().withMessageContaining("has no " + WEIGHT + part);
    }
    folder.weights(List.of(norm), List.of());
    refused().withMessageContaining("no tensor ends with .weight_packed");
  }

  @Test
  void partOfAnotherTypeOrShapeIsNamed() throws IOException {
    replace("_packed", zeros("_packed", DType.I32, 6, 7));
    refused().withMessageContaining("_packed is I32 [6, 7], but the config and weight_shape ask");
    replace("_scale", zeros("_scale", DType.F16, 6, 1));
    refused().withMessageContaining("_scale is F16 [6, 1]");
    replace("_scale", zeros("_scale", DType.I32, 6, 2));
    refused().withMessageContaining("the weight_scale of " + LINEAR + " is I32");
    replace("_zero_point", zeros("_zero_point", DType.I8, 6, 2));
    refused().withMessageContaining("_zero_point is I8 [6, 2]");
    replace("_shape", zeros("_shape", DType.I64, 3));
    refused().withMessageContaining("_shape is I64 [3]");
    replace("_shape", zeros("_shape", DType.I64, 2));
    refused().withMessageContaining(LINEAR + " is 0 x 0 by its weight_shape");
  }

  @Test
  void reorderedChannelsAndFloatTwinsAreRefused() throws IOException {
    List<NamedTensor> tensors = new ArrayList<>(CONTAINER.tensors(LINEAR, weight));
    tensors.add(zeros("_g_idx", DType.I32, 64));
    folder.weights(List.of(norm), tensors);
    refused().withMessageContaining("reordered channels");

    tensors = new ArrayList<>(CONTAINER.tensors(LINEAR, weight));
    tensors.add(zeros("", DType.F16, 6, 64));
    folder.weights(List.of(norm), tensors);
    refused().withMessageContaining("holds " + WEIGHT + " both packed and in float");
  }

  private void config(Consumer<ObjectNode> change) throws IOException {
    config(GRID, change);
  }

  private void config(Grid grid, Consumer<ObjectNode> change) throws IOException {
    ObjectNode config =
        StrictJson.object(
            "config",
            WrittenConfig.text(
                "original",
                StrictJson.object("config", "{}"),
                CONTAINER,
                grid,
                List.of("lm_head")));
    change.accept((ObjectNode) config.get("quantization_config"));
    folder.config(StrictJson.pretty(config));
  }

  private ThrowableAssertAlternative<InputException> refusedWith(String pointer, String json)
      throws IOException {
    config(
        quantization -> {
          int last = pointer.lastIndexOf('/');
          ObjectNode parent = (ObjectNode) quantization.at(pointer.substring(0, last));
          parent.set(
              pointer.substring(last + 1),
              StrictJson.object("value", "{\"value\":" + json + "}").get("value"));
        });
    return refused();
  }

  /** Writes the weights again with one part replaced, or left out. */
  private void replace(String part, NamedTensor by) throws IOException {
    List<NamedTensor> tensors = new ArrayList<>(CONTAINER.tensors(LINEAR, weight));
    tensors.removeIf(tensor -> tensor.info().name().equals(WEIGHT + part));
    if (by != null) {
      tensors.add(by);
    }
    folder.weights(List.of(norm), tensors);
  }

  private static NamedTensor zeros(String part, DType dtype, long... shape) {
    TensorInfo info = TensorInfo.of(WEIGHT + part, dtype, shape);
    return new NamedTensor(info, () -> ByteBuffer.allocate((int) info.bytes()));
  }

  private ThrowableAssertAlternative<InputException> refused() {
    return assertThatExceptionOfType(InputException.class).isThrownBy(() -> folder.open().close());
  }
}
