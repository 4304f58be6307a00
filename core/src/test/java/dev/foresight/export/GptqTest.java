package dev.foresight.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.foresight.InputException;
import dev.foresight.export.Gptq.Zeros;
import dev.foresight.quantize.GroupRounding;
import dev.foresight.quantize.QuantizedLinear;
import dev.foresight.quantize.plan.Grid;
import dev.foresight.tensor.DType;
import dev.foresight.tensor.Matrix;
import dev.foresight.tensor.NamedTensor;
import dev.foresight.tensor.SafetensorsFile;
import dev.foresight.tensor.StrictJson;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Against tensors that GPTQModel 7.7.0 and AutoGPTQ 0.7.1 unpacked, see core/src/test/python. */
class GptqTest {
  private static final int SIDE = 32;
  private static final int GROUP = 16;

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 4, 8})
  void packedTensorsAreThoseThatReadersUnpack(int bits) throws Exception {
    try (SafetensorsFile golden = Goldens.open("gptq_awq.safetensors")) {
      for (Zeros zeros : Zeros.values()) {
        String linear = name(zeros, bits, "in_order");
        for (NamedTensor tensor : new Gptq(zeros).tensors(linear, expected(golden, linear, bits))) {
          String name = tensor.info().name();
          assertThat(tensor.info()).isEqualTo(golden.info(name));
          assertThat(tensor.data().bytes()).as(name).isEqualTo(golden.bytes(name));
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 4, 8})
  void weightsThatReadersUnpackComeBackAlsoInActivationOrder(int bits) throws Exception {
    try (SafetensorsFile golden = Goldens.open("gptq_awq.safetensors")) {
      for (String linear :
          List.of(
              name(Zeros.LESS_ONE, bits, "in_order"),
              name(Zeros.AS_THEY_ARE, bits, "in_order"),
              name(Zeros.AS_THEY_ARE, bits, "activation_order"))) {
        Zeros zeros = linear.startsWith("gptq_v2") ? Zeros.AS_THEY_ARE : Zeros.LESS_ONE;
        for (GptqSettings settings :
            List.of(new GptqSettings(bits, GROUP, zeros), new GptqSettings(0, 0, zeros))) {
          assertThat(GptqLinear.of("golden", golden, linear, settings).floats(golden))
              .as(linear)
              .containsExactly(golden.floats("expected." + linear + ".weight"));
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void symmetricZeroPointsAreTheFillWordsOfEachVersion(Zeros zeros) throws IOException {
    // words as AutoGPTQ and GPTQModel write them for sym=True
    assertThat(word(zeros, 2)).isEqualTo(zeros == Zeros.LESS_ONE ? 0x55555555 : 0xaaaaaaaa);
    assertThat(word(zeros, 3)).isEqualTo(zeros == Zeros.LESS_ONE ? 0xdb6db6db : 0x24924924);
    assertThat(word(zeros, 4)).isEqualTo(zeros == Zeros.LESS_ONE ? 0x77777777 : 0x88888888);
    assertThat(word(zeros, 8)).isEqualTo(zeros == Zeros.LESS_ONE ? 0x7f7f7f7f : 0x80808080);
  }

  private static int word(Zeros zeros, int bits) throws IOException {
    Gptq container = new Gptq(zeros);
    Grid grid = container.grid(bits, 0, true, DType.BF16);
    NamedTensor packed = container.tensors("l", RandomLinear.of(grid, SIDE, SIDE, 5)).get(1);
    assertThat(packed.info().name()).isEqualTo("l.qzeros");
    return packed.data().bytes().getInt(0);
  }

  @Test
  void firstVersionNeverUsesZeroPointZero() {
    float[] positive = new float[SIDE];
    positive[3] = 1.5f; // asks for zero point 0: codes 0..15 of 0.1
    Grid second = new Gptq(Zeros.AS_THEY_ARE).grid(4, 0, false, DType.F32);
    Grid first = new Gptq(Zeros.LESS_ONE).grid(4, 0, false, DType.F32);
    QuantizedLinear free = GroupRounding.round(new Matrix(1, SIDE, positive), second, "l");
    QuantizedLinear bound = GroupRounding.round(new Matrix(1, SIDE, positive), first, "l");
    assertThat(free.zeros()[0]).isZero();
    assertThat(free.steps()[0]).isEqualTo(DType.F16.round(1.5f / 15));
    assertThat(bound.zeros()[0]).isEqualTo((byte) 1);
    assertThat(bound.steps()[0]).isEqualTo(DType.F16.round(1.5f / 14));
    assertThat(bound.codes()[3]).isEqualTo((byte) 15);
    assertThat(bound.codes()[0]).isEqualTo((byte) 1);
  }

  @Test
  void shapeThatFillsNoWholeWordsIsRefused() {
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> new Gptq(Zeros.AS_THEY_ARE).check("model.layers.0.mlp.up_proj", 96, 80))
        .withMessage(
            "model.layers.0.mlp.up_proj is 96 x 80: --container gptq_v2 can't hold it, its sides"
                + " must be multiples of 32; compressed-tensors, dequantized can.");
  }

  @Test
  void configIsTheBlockThatReadersKnow() {
    Gptq container = new Gptq(Zeros.LESS_ONE);
    ObjectNode config =
        container
            .quantizationConfig(
                new Grid(3, 0, true, DType.F16), List.of("lm_head", "model.layers.1.mlp.up_proj"))
            .orElseThrow();
    // keys of GPTQModel 7.7.0, transformers 5.23 and vLLM
    assertThat(StrictJson.compact(config))
        .isEqualTo(
            "{'quant_method':'gptq','bits':3,'group_size':-1,'desc_act':false,'sym':true,'lm_head':false,'checkpoint_format':'gptq','format':'gptq','pack_dtype':'int32','true_sequential':true,'damp_percent':0.01,'dynamic':{'-:^model\\\\.layers\\\\.1\\\\.mlp\\\\.up_proj$':{}}}"
                .replace('\'', '"'));
    ObjectNode side =
        StrictJson.object(
            "side",
            container
                .sideFiles(new Grid(4, 64, false, DType.F16), List.of("lm_head"))
                .get("quantize_config.json"));
    assertThat(side.has("quant_method")).isFalse();
    assertThat(side.has("dynamic")).isFalse();
    assertThat(side.get("group_size").intValue()).isEqualTo(64);
  }

  @Test
  void whatReadersDoNotReadIsWarnedOf() {
    Gptq first = new Gptq(Zeros.LESS_ONE);
    Gptq second = new Gptq(Zeros.AS_THEY_ARE);
    assertThat(first.warnings(first.grid(4, 64, true, DType.F16))).isEmpty();
    assertThat(first.warnings(first.grid(4, 48, false, DType.F16)))
        .hasSize(2)
        .anyMatch(warning -> warning.contains("use --container gptq_v2"))
        .anyMatch(warning -> warning.endsWith("and whole rows, not of 48."));
    assertThat(second.warnings(second.grid(4, 64, false, DType.F16)))
        .singleElement()
        .asString()
        .contains("use --container gptq.");
  }

  /** The linear as its codes went into the golden file. */
  private static QuantizedLinear expected(SafetensorsFile golden, String linear, int bits)
      throws IOException {
    float[] steps = golden.floats(linear + ".scales");
    return new QuantizedLinear(
        SIDE,
        SIDE,
        GROUP,
        new Grid(bits, GROUP, false, DType.F16),
        Goldens.bytes(golden, "expected." + linear + ".codes"),
        Transposed.transpose(steps, SIDE / GROUP, SIDE),
        Goldens.bytes(golden, "expected." + linear + ".zeros"));
  }

  private static String name(Zeros zeros, int bits, String order) {
    return "%s.b%d.%s".formatted(zeros.format(), bits, order);
  }
}
