package dev.foresight.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.foresight.InputException;
import dev.foresight.model.Model;
import dev.foresight.onnx.GoldenModel;
import dev.foresight.quantize.plan.Grid;
import dev.foresight.tensor.DType;
import dev.foresight.tensor.StrictJson;
import dev.foresight.tensor.TensorInfo;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What stands beside the tensors: config.json, index, copied files. */
class WrittenFolderTest {
  private static final Grid GRID = new Grid(4, 64, true, DType.F16);

  @Test
  void filesAreNumberedFromTheOneOutsideTheBlocks() {
    WeightFiles files = new WeightFiles(30);
    assertThat(files.outside()).isEqualTo("model-00001-of-00031.safetensors");
    assertThat(files.ofBlock(0)).isEqualTo("model-00002-of-00031.safetensors");
    assertThat(files.ofBlock(29)).isEqualTo("model-00031-of-00031.safetensors");
  }

  @Test
  void indexCountsBytesAndSortsNames() {
    WeightFiles files = new WeightFiles(1);
    files.add(files.ofBlock(0), TensorInfo.of("model.layers.0.w", DType.I32, 3, 5));
    files.add(files.outside(), TensorInfo.of("model.embed", DType.F16, 2, 2));
    ObjectNode index = StrictJson.object("index", files.index());
    assertThat(index.at("/metadata/total_size").asLong()).isEqualTo(3 * 5 * 4 + 2 * 2 * 2);
    assertThat(StrictJson.compact(index.get("weight_map")))
        .isEqualTo(
            "{\"model.embed\":\"model-00001-of-00002.safetensors\","
                + "\"model.layers.0.w\":\"model-00002-of-00002.safetensors\"}");
  }

  @Test
  void tensorInTwoFilesIsRefused() {
    WeightFiles files = new WeightFiles(1);
    TensorInfo tensor = TensorInfo.of("w", DType.F16, 1);
    files.add(files.outside(), tensor);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> files.add(files.ofBlock(0), tensor))
        .withMessageContaining("w lies in model-00001-of-00002.safetensors and in model-00002");
  }

  @Test
  void configKeepsTheOriginalsSettingsAndOrder() {
    ObjectNode original =
        StrictJson.object("c", "{\"z\":1e-05,\"a\":[1,2],\"rope_theta\":100000.0}");
    ObjectNode quantized =
        StrictJson.object(
            "c",
            WrittenConfig.text("m", original, new CompressedTensors(), GRID, List.of("lm_head")));
    assertThat(quantized.fieldNames())
        .toIterable()
        .containsExactly("z", "a", "rope_theta", "quantization_config");
    assertThat(quantized.get("z").doubleValue()).isEqualTo(1e-5);
    assertThat(original.has("quantization_config")).isFalse();
  }

  @Test
  void configNamesTheTypeThatFloatsAreTurnedTo() {
    Gptq container = new Gptq(Gptq.Zeros.AS_THEY_ARE);
    for (String key : List.of("dtype", "torch_dtype")) {
      ObjectNode original = StrictJson.object("c", "{\"%s\":\"bfloat16\"}".formatted(key));
      ObjectNode written =
          StrictJson.object("c", WrittenConfig.text("m", original, container, GRID, List.of()));
      assertThat(written.fieldNames()).toIterable().containsExactly(key, "quantization_config");
      assertThat(written.get(key).asText()).isEqualTo("float16");
    }
  }

  @Test
  void typeIsTheSameWhereverTheConfigNamesIt() {
    ObjectNode original =
        StrictJson.object(
            "c",
            "{\"torch_dtype\":\"bfloat16\",\"dtype\":\"bfloat16\",\"text_config\":{\"dtype\":\"bfloat16\"},"
                + "\"vision_config\":{\"torch_dtype\":\"float32\",\"dtype\":null}}");
    ObjectNode written =
        StrictJson.object("c", WrittenConfig.text("m", original, new Awq(), GRID, List.of()));
    for (String at :
        List.of("/dtype", "/torch_dtype", "/text_config/dtype", "/vision_config/torch_dtype")) {
      assertThat(written.at(at).asText()).as(at).isEqualTo("float16");
    }
    assertThat(written.at("/vision_config/dtype").isNull()).isTrue();
  }

  @Test
  void partsThatSeeAreLeftAloneAsAWhole() throws IOException {
    try (Model model = new GoldenModel("gemma3").open()) {
      List<String> kept = KeptInFloat.of(model, List.of());
      assertThat(new CompressedTensors().quantizationConfig(GRID, kept).orElseThrow().get("ignore"))
          .extracting(JsonNode::asText)
          .containsExactly(
              "re:^(?:.*\\.)?lm_head$",
              "re:^(?:model\\.)?multi_modal_projector(?:\\.|$)",
              "re:^(?:model\\.)?vision_tower(?:\\.|$)");
    }
    try (Model plain = new GoldenModel("phi3").open()) {
      assertThat(KeptInFloat.of(plain, List.of())).containsExactly("lm_head");
    }
  }

  @Test
  void dequantizedConfigIsTheOriginals() {
    ObjectNode original = StrictJson.object("c", "{\"z\":1e-05,\"a\":[1,2]}");
    assertThat(WrittenConfig.text("m", original, new Dequantized(), GRID, List.of()))
        .isEqualTo("{\n  \"z\" : 1.0E-5,\n  \"a\" : [\n    1,\n    2\n  ]\n}\n");
  }

  @Test
  void modelThatIsQuantizedAlreadyIsRefused() {
    String quantized = "\"quantization_config\":{\"quant_method\":\"awq\"}";
    for (String text :
        List.of("{%s}".formatted(quantized), "{\"text_config\":{%s}}".formatted(quantized))) {
      ObjectNode config = StrictJson.object("c", text);
      assertThatExceptionOfType(InputException.class)
          .isThrownBy(() -> WrittenConfig.text("/m", config, new Dequantized(), GRID, List.of()))
          .withMessageContaining("/m is quantized already (awq)");
    }
  }
}
