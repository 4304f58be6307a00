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
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.ThrowableAssertAlternative;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** GPTQ and AWQ folders as others write them: what is read, and what is refused with its reason. */
class ForeignFoldersTest {
  private static final String LINEAR = "model.layers.0.mlp.up_proj";

  private final NamedTensor norm =
      NamedTensor.ofFloats(TensorInfo.of("model.norm.weight", DType.F16, 1), new float[] {1});

  @TempDir private Path path;

  /** A folder of one linear, with one key of its config or one of its parts replaced. */
  private final class Written {
    private final TestFolder folder = new TestFolder(path);
    private final ObjectNode config;
    private final List<NamedTensor> tensors;
    private final QuantizedLinear weight;

    Written(String container, int bits) {
      Container written = Containers.named(container);
      Grid grid = written.grid(bits, 32, false, DType.F16);
      weight = RandomLinear.of(grid, 64, 96, 17);
      config =
          StrictJson.object(
              "config",
              WrittenConfig.text(
                  "m", StrictJson.object("c", "{}"), written, grid, List.of("lm_head")));
      tensors = new ArrayList<>(written.tensors(LINEAR, weight));
    }

    ObjectNode quantization() {
      return (ObjectNode) config.get("quantization_config");
    }

    Written with(String key, String json) {
      quantization().set(key, StrictJson.object("value", "{\"value\":" + json + "}").get("value"));
      return this;
    }

    Written without(String key) {
      quantization().remove(key);
      return this;
    }

    Written part(String part, DType dtype, long... shape) {
      tensors.removeIf(tensor -> tensor.info().name().equals(LINEAR + part));
      TensorInfo info = TensorInfo.of(LINEAR + part, dtype, shape);
      tensors.add(
          new NamedTensor(
              info,
              () -> {
                ByteBuffer bytes = ByteBuffer.allocate((int) info.bytes());
                bytes.order(ByteOrder.LITTLE_ENDIAN);
                return bytes.hasRemaining() ? bytes.putInt(0, 7) : bytes;
              }));
      return this;
    }

    Written withoutPart(String part) {
      tensors.removeIf(tensor -> tensor.info().name().equals(LINEAR + part));
      return this;
    }

    private Checkpoint open() throws IOException {
      folder.config(StrictJson.pretty(config));
      folder.weights(List.of(norm), tensors);
      return folder.open();
    }

    void isRead() throws IOException {
      try (Checkpoint checkpoint = open()) {
        assertThat(checkpoint.floats(LINEAR + ".weight"))
            .containsExactly(weight.dequantized().values());
      }
    }

    ThrowableAssertAlternative<InputException> isRefused() {
      return assertThatExceptionOfType(InputException.class)
          .isThrownBy(
              () -> {
                try (Checkpoint checkpoint = open()) {
                  checkpoint.floats(LINEAR + ".weight");
                }
              });
    }
  }

  @Test
  void oldGptqConfigsAreOfTheFirstVersion() throws IOException {
    new Written("gptq", 4).without("checkpoint_format").without("format").isRead();
    new Written("gptq", 3).without("checkpoint_format").isRead();
    new Written("gptq_v2", 2).without("checkpoint_format").isRead();
    new Written("gptq_v2", 8).without("format").without("pack_dtype").isRead();
  }

  @Test
  void linearsWithSettingsOfTheirOwnAreReadByTheirTensors() throws IOException {
    new Written("gptq_v2", 3)
        .with("dynamic", "{\"+:.*up_proj\":{\"bits\":3,\"group_size\":32}}")
        .with("bits", "8")
        .with("group_size", "64")
        .isRead();
  }

  @Test
  void oldAwqKeysAreRead() throws IOException {
    new Written("awq", 4)
        .without("bits")
        .without("group_size")
        .with("w_bit", "4")
        .with("q_group_size", "32")
        .with("version", "\"GEMM\"")
        .isRead();
  }

  @Test
  void settingsThatChangeTheMeaningAreRefused() {
    String what = "gptq and gptq_v2 of 2, 3, 4 or 8 bits in words of int32 can";
    new Written("gptq", 4)
        .with("checkpoint_format", "\"gptq_p\"")
        .isRefused()
        .withMessageContaining("checkpoint_format gptq_p can't be read here; " + what);
    new Written("gptq", 4).with("bits", "5").isRefused().withMessageContaining("bits 5");
    new Written("gptq", 4).without("bits").isRefused().withMessageContaining("bits (missing)");
    new Written("gptq", 4)
        .with("pack_dtype", "\"int64\"")
        .isRefused()
        .withMessageContaining("pack_dtype int64");
    new Written("gptq", 4).with("group_size", "0").isRefused().withMessageContaining("group_size");
    new Written("awq", 4)
        .with("version", "\"gemv\"")
        .isRefused()
        .withMessageContaining("version gemv can't be read here; version gemm of 4 bits");
    new Written("awq", 4).with("bits", "8").isRefused().withMessageContaining("bits 8");
    new Written("awq", 4)
        .with("group_size", "\"all\"")
        .isRefused()
        .withMessageContaining("group_size");
  }

  @Test
  void missingPartIsNamed() {
    for (String part : List.of(".qzeros", ".scales", ".g_idx")) {
      new Written("gptq", 4)
          .withoutPart(part)
          .isRefused()
          .withMessageContaining("has no " + LINEAR + part);
    }
    for (String part : List.of(".qzeros", ".scales")) {
      new Written("awq", 4)
          .withoutPart(part)
          .isRefused()
          .withMessageContaining("has no " + LINEAR + part);
    }
    new Written("awq", 4)
        .withoutPart(".qweight")
        .isRefused()
        .withMessageContaining("no tensor ends with .qweight");
  }

  @Test
  void partOfAnotherTypeOrShapeIsNamed() {
    new Written("gptq", 4)
        .with("bits", "8")
        .isRefused()
        .withMessageContaining("qweight is I32 [12, 64], but the config and g_idx ask for I32 [24");
    new Written("gptq", 4)
        .with("group_size", "48")
        .isRefused()
        .withMessageContaining("qzeros is I32 [3, 8]");
    new Written("gptq", 4)
        .part(".scales", DType.I32, 3, 64)
        .isRefused()
        .withMessageContaining("the scales of " + LINEAR + " is I32");
    new Written("gptq", 4)
        .part(".g_idx", DType.I32, 96, 1)
        .isRefused()
        .withMessageContaining("which are the tensors of no linear");
    new Written("gptq", 4)
        .part(".g_idx", DType.I32, 96)
        .isRefused()
        .withMessageContaining("g_idx puts input 0 into group 7 of 3");
    new Written("awq", 4)
        .with("group_size", "36")
        .isRefused()
        .withMessageContaining("has 96 inputs, which are not cut into groups of 36");
    new Written("awq", 4)
        .with("group_size", "48")
        .isRefused()
        .withMessageContaining(
            "qzeros is I32 [3, 8], but the config and qweight ask for I32 [2, 8]");
    new Written("awq", 4)
        .part(".qweight", DType.I32, 96)
        .isRefused()
        .withMessageContaining("which is that of no linear");
  }

  @Test
  void sizeBesideAZeroIsBoundedBeforeItIsUsed() {
    new Written("gptq", 4)
        .part(".qweight", DType.I32, 0, 1L << 40)
        .isRefused()
        .withMessageContaining("which are the tensors of no linear");
    new Written("gptq", 4)
        .with("dynamic", "{\"+:x\":{}}")
        .part(".scales", DType.F16, 1L << 40, 0)
        .isRefused()
        .withMessageContaining("which are the tensors of no linear");
    new Written("gptq", 4)
        .with("dynamic", "{\"+:x\":{}}")
        .part(".qweight", DType.I32, 1L << 60, 0)
        .isRefused()
        .withMessageContaining("which are the tensors of no linear");
    new Written("awq", 4)
        .part(".qweight", DType.I32, 0, 1L << 60)
        .isRefused()
        .withMessageContaining("which is that of no linear");
  }

  @Test
  void groupLargerThanEveryNumberOfInputsIsOneGroup() {
    new Written("gptq", 4)
        .with("group_size", "2147483647")
        .isRefused()
        .withMessageContaining("qzeros is I32 [3, 8], but the config and g_idx ask for I32 [1, 8]");
  }

  @Test
  void weightThatIsPackedAndInFloatIsRefused() {
    new Written("gptq_v2", 4)
        .part(".weight", DType.F16, 64, 96)
        .isRefused()
        .withMessageContaining("both packed and in float");
  }
}
