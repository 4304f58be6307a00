package dev.foresight.export;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.foresight.quantize.QuantizedLinear;
import dev.foresight.quantize.plan.Grid;
import dev.foresight.tensor.DType;
import dev.foresight.tensor.NamedTensor;
import dev.foresight.tensor.SafetensorsFile;
import dev.foresight.tensor.StrictJson;
import dev.foresight.tensor.TensorInfo;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against tensors that compressed-tensors 0.20.0 packed, see core/src/test/python. */
class CompressedTensorsTest {
  private static final int ROWS = 13;
  private static final int COLUMNS = 32;
  private static final CompressedTensors CONTAINER = new CompressedTensors();

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 4, 5, 6, 7, 8})
  void packedTensorsAreThoseOfTheLibrary(int bits) throws Exception {
    try (SafetensorsFile library = library()) {
      for (boolean symmetric : List.of(true, false)) {
        for (int group : List.of(16, 0)) {
          String linear = name(bits, symmetric, group);
          for (NamedTensor tensor :
              CONTAINER.tensors(linear, expected(library, bits, symmetric, group))) {
            String name = tensor.info().name();
            assertThat(tensor.info()).isEqualTo(library.info(name));
            assertThat(tensor.data().bytes()).as(name).isEqualTo(library.bytes(name));
          }
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 4, 5, 6, 7, 8})
  void codesAndWeightsThatTheLibraryPackedComeBack(int bits) throws Exception {
    try (SafetensorsFile library = library()) {
      for (boolean symmetric : List.of(true, false)) {
        for (int group : List.of(16, 0)) {
          String linear = name(bits, symmetric, group);
          CompressedTensorsScheme scheme = new CompressedTensorsScheme(bits, group, symmetric);
          QuantizedLinear read = PackedLinear.of("golden", library, linear, scheme).codes(library);
          assertThat(read.codes()).isEqualTo(expected(library, bits, symmetric, group).codes());
          assertThat(read.dequantized().values())
              .as(linear)
              .containsExactly(library.floats("expected." + linear + ".weight"));
        }
      }
    }
  }

  @Test
  void configIsTheBlockThatReadersKnow() {
    ObjectNode config =
        CONTAINER
            .quantizationConfig(
                new Grid(4, 128, true, DType.F16), List.of("model.layers.1.mlp.up_proj", "lm_head"))
            .orElseThrow();
    // loaded with transformers 5.23 and compressed-tensors 0.20, see tools/interop
    assertThat(StrictJson.compact(config))
        .isEqualTo(
            "{'quant_method':'compressed-tensors','format':'pack-quantized','quantization_status':'compressed','version':'0.17.0','config_groups':{'group_0':{'targets':['Linear'],'weights':{'num_bits':4,'type':'int','symmetric':true,'strategy':'group','group_size':128,'dynamic':false,'actorder':null,'block_structure':null,'observer':'minmax','observer_kwargs':{}},'input_activations':null,'output_activations':null,'format':'pack-quantized'}},'ignore':['lm_head','model.layers.1.mlp.up_proj'],'kv_cache_scheme':null,'global_compression_ratio':null,'sparsity_config':{},'transform_config':{}}"
                .replace('\'', '"'));
  }

  @Test
  void wholeRowsAreTheChannelStrategy() {
    ObjectNode config =
        CONTAINER.quantizationConfig(new Grid(8, 0, false, DType.BF16), List.of()).orElseThrow();
    assertThat(config.at("/config_groups/group_0/weights/strategy").asText()).isEqualTo("channel");
    assertThat(config.at("/config_groups/group_0/weights/group_size").isNull()).isTrue();
    assertThat(config.at("/config_groups/group_0/weights/symmetric").asBoolean()).isFalse();
  }

  @Test
  void widthsThatOlderReleasesMisreadAreWarnedOf() {
    assertThat(CONTAINER.warnings(new Grid(3, 64, true, DType.F16)))
        .singleElement()
        .asString()
        .contains("Codes of 3 bits")
        .contains("0.17.0");
    assertThat(CONTAINER.warnings(new Grid(4, 64, true, DType.F16))).isEmpty();
  }

  @Test
  void zeroPointsAreReadByUnpackingAtOnce() {
    // transformers 5.23 with compressed-tensors 0.20.0: without the key, sizes of zero points
    // mismatch
    Grid asymmetric = new Grid(8, 64, false, DType.F16);
    assertThat(CONTAINER.quantizationConfig(asymmetric, List.of()).orElseThrow().get("dequantize"))
        .isEqualTo(BooleanNode.TRUE);
    Grid symmetric = new Grid(8, 64, true, DType.F16);
    assertThat(CONTAINER.quantizationConfig(symmetric, List.of()).orElseThrow().has("dequantize"))
        .isFalse();
  }

  @Test
  void zeroPointsThatSomeReadersCannotLoadAreWarnedOf() {
    assertThat(CONTAINER.warnings(new Grid(8, 64, false, DType.F16)))
        .singleElement()
        .asString()
        .contains("pass CompressedTensorsConfig(dequantize=True)");
    assertThat(CONTAINER.warnings(new Grid(2, 64, false, DType.F16)))
        .anyMatch(warning -> warning.startsWith("vLLM reads zero points only with 4 and 8 bits"));
  }

  /** The linear as it went into the library, with unsigned codes. */
  private static QuantizedLinear expected(
      SafetensorsFile library, int bits, boolean symmetric, int group) throws IOException {
    String linear = name(bits, symmetric, group);
    TensorInfo scale = library.info(linear + ".weight_scale");
    Grid grid = new Grid(bits, group, symmetric, scale.dtype());
    byte[] codes = unsigned(library.bytes("expected." + linear + ".codes"), grid.middle());
    float[] steps = library.floats(scale.name());
    byte[] zeros = new byte[steps.length];
    Arrays.fill(zeros, (byte) grid.middle());
    if (!symmetric) {
      zeros = unsigned(library.bytes("expected." + linear + ".zeros"), grid.middle());
    }
    return new QuantizedLinear(
        ROWS, COLUMNS, group == 0 ? COLUMNS : group, grid, codes, steps, zeros);
  }

  private static byte[] unsigned(ByteBuffer shifted, int by) {
    byte[] bytes = new byte[shifted.remaining()];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (shifted.get(i) + by);
    }
    return bytes;
  }

  private static String name(int bits, boolean symmetric, int group) {
    return "b%d.%s.%s"
        .formatted(bits, symmetric ? "symmetric" : "asymmetric", group == 0 ? "channel" : "group");
  }

  private static SafetensorsFile library() throws IOException, URISyntaxException {
    return Goldens.open("packed.safetensors");
  }
}
