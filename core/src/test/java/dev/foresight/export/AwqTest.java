package dev.foresight.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.foresight.InputException;
import dev.foresight.quantize.QuantizedLinear;
import dev.foresight.quantize.plan.Grid;
import dev.foresight.tensor.DType;
import dev.foresight.tensor.NamedTensor;
import dev.foresight.tensor.SafetensorsFile;
import dev.foresight.tensor.StrictJson;
import java.io.IOException;
import java.nio.IntBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Against tensors that AutoAWQ 0.2.9 unpacked, see core/src/test/python. */
class AwqTest {
  private static final int SIDE = 32;
  private static final int GROUP = 16;
  private static final Awq CONTAINER = new Awq();

  @Test
  void packedTensorsAreThoseThatAutoAwqUnpacks() throws Exception {
    try (SafetensorsFile golden = Goldens.open("gptq_awq.safetensors")) {
      QuantizedLinear weight =
          new QuantizedLinear(
              SIDE,
              SIDE,
              GROUP,
              new Grid(4, GROUP, false, DType.F16),
              Goldens.bytes(golden, "expected.awq.codes"),
              Transposed.transpose(golden.floats("awq.scales"), SIDE / GROUP, SIDE),
              Goldens.bytes(golden, "expected.awq.zeros"));
      for (NamedTensor tensor : CONTAINER.tensors("awq", weight)) {
        assertThat(tensor.info()).isEqualTo(golden.info(tensor.info().name()));
        assertThat(tensor.data().bytes())
            .as(tensor.info().name())
            .isEqualTo(golden.bytes(tensor.info().name()));
      }
    }
  }

  @Test
  void weightsThatAutoAwqUnpacksComeBack() throws Exception {
    try (SafetensorsFile golden = Goldens.open("gptq_awq.safetensors")) {
      assertThat(AwqLinear.of("golden", golden, "awq", new AwqSettings(GROUP)).floats(golden))
          .containsExactly(golden.floats("expected.awq.weight"));
    }
  }

  @Test
  void outputsOfAWordAreInterleaved() throws IOException {
    // AutoAWQ 0.2.9, WQLinear_GEMM.from_linear
    assertThat(word(0, 1, 2, 3, 4, 5, 6, 7)).isEqualTo(0x75316420);
    assertThat(word(15, 0, 1, 8, 7, 3, 2, 9)).isEqualTo(0x9380271f);
  }

  private static int word(int... outputs) throws IOException {
    byte[] codes = new byte[8];
    for (int i = 0; i < 8; i++) {
      codes[i] = (byte) outputs[i];
    }
    Grid grid = new Grid(4, 0, false, DType.F16);
    QuantizedLinear weight = new QuantizedLinear(8, 1, 1, grid, codes, new float[8], new byte[8]);
    return CONTAINER.tensors("l", weight).get(0).data().bytes().getInt(0);
  }

  @Test
  void moreInputsThanATileComeBack() throws IOException {
    QuantizedLinear weight = RandomLinear.of(new Grid(4, 0, false, DType.F16), 16, 150, 9);
    IntBuffer packed = CONTAINER.tensors("l", weight).get(0).data().bytes().asIntBuffer();
    assertThat(Awq.unpacked(packed, 16, 150)).isEqualTo(weight.codes());
  }

  @Test
  void outputsThatFillNoWholeWordsAreRefused() {
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> CONTAINER.check("model.layers.0.self_attn.k_proj", 12, 64))
        .withMessage(
            "model.layers.0.self_attn.k_proj has 12 outputs: --container awq can't hold it, they"
                + " must be a multiple of 8; compressed-tensors, dequantized can.");
  }

  @Test
  void configIsTheBlockThatReadersKnow() {
    Grid grid = new Grid(4, 128, true, DType.F16);
    // keys of AutoAWQ 0.2.9, transformers 5.23 and vLLM
    assertThat(
            StrictJson.compact(
                CONTAINER
                    .quantizationConfig(grid, List.of("model.layers.1.mlp.up_proj", "lm_head"))
                    .orElseThrow()))
        .isEqualTo(
            "{'quant_method':'awq','bits':4,'group_size':128,'zero_point':true,'version':'gemm','modules_to_not_convert':['lm_head','model.layers.1.mlp.up_proj']}"
                .replace('\'', '"'));
    assertThat(CONTAINER.sideFiles(grid, List.of()).get("quant_config.json"))
        .contains("\"w_bit\" : 4", "\"q_group_size\" : 128");
    assertThat(CONTAINER.warnings(grid)).isEmpty();
    assertThat(CONTAINER.warnings(new Grid(4, 16, true, DType.F16)))
        .containsExactly(
            "vLLM's fast kernels read groups of 32, 64, 128 and whole rows, not of 16.");
  }
}
