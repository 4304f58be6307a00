package dev.foresight.export;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.foresight.InputException;
import dev.foresight.hostile.MemoryFolder;
import java.io.IOException;
import java.util.List;
import org.assertj.core.api.ThrowableAssertAlternative;
import org.junit.jupiter.api.Test;

class WholeModelTest {
  private static MemoryFolder folder(String... files) {
    MemoryFolder folder = MemoryFolder.of("config.json", "{}".getBytes(UTF_8));
    for (String file : files) {
      folder = folder.with(file, "{}".getBytes(UTF_8));
    }
    return folder;
  }

  private static ThrowableAssertAlternative<InputException> refused(MemoryFolder folder) {
    return assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> WholeModel.require(folder));
  }

  @Test
  void adapterBesideTheBaseOrAloneIsToBeMergedFirst() {
    byte[] lora = "{\"peft_type\":\"LORA\"}".getBytes(UTF_8);
    for (MemoryFolder folder :
        List.of(
            folder("model.safetensors", "adapter_model.safetensors"),
            folder("adapter_model.bin"),
            MemoryFolder.of("adapter_model.safetensors", new byte[1]))) {
      refused(folder.with("adapter_config.json", lora))
          .withMessageContaining("m holds an adapter (adapter_config.json, LORA)")
          .withMessageContaining("Merge it first, with peft")
          .withMessageContaining("merge_and_unload()");
    }
    for (String file :
        List.of(
            "adapter_model.safetensors", "style.lora.safetensors", "pytorch_lora_weights.bin")) {
      refused(folder("model.safetensors", file))
          .withMessageContaining("holds an adapter (%s)", file)
          .withMessageContaining("Merge it first");
    }
  }

  @Test
  void adapterOfPromptsCannotBeMerged() {
    refused(
            folder("model.safetensors")
                .with("adapter_config.json", "{\"peft_type\":\"PREFIX_TUNING\"}".getBytes(UTF_8)))
        .withMessageContaining("PREFIX_TUNING), which can't be merged into weights");
  }

  @Test
  void weightsInOtherFormatsOnlyAreToBeConverted() {
    for (String file : List.of("pytorch_model.bin", "consolidated.00.pth", "model-q4.gguf")) {
      refused(folder(file))
          .withMessageContaining("but weights in other formats (%s)", file)
          .withMessageContaining("Convert the weights to safetensors: AutoModel");
    }
  }

  @Test
  void quantizationThatOnlyAnotherFileTellsIsRefused() throws IOException {
    for (String file :
        List.of("hf_quant_config.json", "quantize_config.json", "quant_config.json")) {
      refused(folder("model.safetensors", file))
          .withMessageContaining("m has a %s, which says that the weights are quantized", file);
      WholeModel.require( // as Foresight writes it beside what config.json says
          folder("model.safetensors", file)
              .with("config.json", "{\"quantization_config\":{\"a\":1}}".getBytes(UTF_8)));
    }
  }

  @Test
  void weightsBesideOtherFormatsAreFine() throws IOException {
    WholeModel.require(folder("model.safetensors", "pytorch_model.bin", "x.gguf", "lora.md"));
    WholeModel.require(folder("model.safetensors.index.json", "consolidated.safetensors"));
  }
}
