package dev.foresight.export;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files by their names alone, as they stand in published model folders. */
class ForeignWeightsTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "model-00001-of-00002.safetensors",
        "pytorch_model.bin",
        "consolidated.00.pth",
        "model-Q4_K_M.gguf",
        "onnx/model.onnx_data",
        "flax_model.msgpack",
        "tf_model.h5",
        "rust_model.ot",
        "checkpoint.tar.gz",
        "optimizer.PT",
        "MODEL.BIN",
        ".gguf"
      })
  void filesOfWeightsAreToldByTheirEnds(String file) {
    assertThat(ForeignWeights.are(file)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "config.json",
        "model.safetensors.index.json",
        "tokenizer.model",
        "merges.txt",
        "README.md",
        "LICENSE",
        "chat_template.jinja",
        "modeling_phi3.py",
        "binary",
        "weights.bin.txt",
        "gguf-notes.md"
      })
  void filesThatReadersNeedBesideTheWeightsAreNone(String file) {
    assertThat(ForeignWeights.are(file)).isFalse();
  }

  /** In Turkish the small letter of I has no dot, and BIN would be another word. */
  @Test
  void endsAreReadTheSameOnEveryMachine() {
    Locale before = Locale.getDefault();
    try {
      Locale.setDefault(Locale.forLanguageTag("tr"));
      assertThat(ForeignWeights.are("PYTORCH_MODEL.BIN")).isTrue();
      assertThat(ForeignWeights.are("MODEL.ZIP")).isTrue();
    } finally {
      Locale.setDefault(before);
    }
  }

  @Test
  void fourNamesAreShownAndTheOthersCounted() {
    assertThat(ForeignWeights.some(List.of())).isEmpty();
    assertThat(ForeignWeights.some(List.of("a.bin"))).isEqualTo("a.bin");
    assertThat(ForeignWeights.some(List.of("a", "b", "c", "d"))).isEqualTo("a, b, c, d");
    assertThat(ForeignWeights.some(List.of("a", "b", "c", "d", "e")))
        .isEqualTo("a, b, c, d and 1 more");
    assertThat(ForeignWeights.some(List.of("a", "b", "c", "d", "e", "f", "g")))
        .isEqualTo("a, b, c, d and 3 more");
  }
}
