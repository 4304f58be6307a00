package dev.foresight.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foresight.InputException;
import dev.foresight.onnx.Llama;
import dev.foresight.tensor.Checkpoint;
import dev.foresight.tensor.Checkpoints;
import dev.foresight.tensor.RenamedCheckpoint;
import dev.foresight.tensor.TensorInfo;
import java.io.IOException;
import java.util.List;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Names that transformers finds stand in HeadChoiceTest; here are those that it does not. */
class DecoderNamesTest {
  /** transformers 5.23 finds none of these in a llama, and starts from random weights. */
  @ParameterizedTest
  @CsvSource({
    "transformer., lm_head.",
    "language_model.model., language_model.lm_head.",
    "model.language_model., lm_head.",
    "module.model., module.lm_head.",
    "_orig_mod.model., _orig_mod.lm_head.",
    "model.decoder., lm_head."
  })
  void decoderUnderAnyPrefixGoesByTheNamesOfItsFamily(String decoder, String head)
      throws IOException {
    try (Model plain = Llama.open();
        Model model = open(name -> renamed(name, decoder, head))) {
      assertThat(model.checkpoint().tensors()).isEqualTo(plain.checkpoint().tensors());
      for (TensorInfo tensor : plain.checkpoint().tensors()) {
        assertThat(model.checkpoint().floats(tensor.name()))
            .isEqualTo(plain.checkpoint().floats(tensor.name()));
        assertThat(model.checkpoint().bytes(tensor.name()))
            .isEqualTo(plain.checkpoint().bytes(tensor.name()));
      }
      assertThat(model.notes())
          .singleElement()
          .asString()
          .contains("tensors go by other names than they are stored under");
    }
  }

  /** transformers 5.23 finds each tensor with or without the prefix. */
  @Test
  void prefixMayBeThereForSomeTensorsOnly() throws IOException {
    try (Model model = open(name -> name.contains("layers") ? name : name.replace("model.", ""))) {
      assertThat(model.checkpoint().contains("model.norm.weight")).isTrue();
      assertThat(model.checkpoint().contains("norm.weight")).isFalse();
    }
  }

  @Test
  void tensorThatIsThereUnderTwoNamesIsRefused() {
    assertThatThrownBy(
            () -> open(List.of(name -> name, name -> name.replace("model.norm", "norm"))))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(
            "holds model.norm.weight and norm.weight, which are the same tensor of the decoder:"
                + " remove one of them");
  }

  @Test
  void severalDecodersUnderNamesOfNoFamilyAreRefused() {
    assertThatThrownBy(
            () ->
                open(List.of(name -> renamed(name, "a.", "a."), name -> renamed(name, "b.", "b."))))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("has several decoders, under a., b.: split it");
  }

  @Test
  void whatIsNotTheDecodersKeepsItsName() throws IOException {
    try (Model model =
        open(
            List.of(
                name -> renamed(name, "", "lm_head."),
                name -> name.equals("model.norm.weight") ? "score.weight" : "mtp." + name))) {
      assertThat(model.checkpoint().contains("model.norm.weight")).isTrue();
      assertThat(model.checkpoint().contains("score.weight")).isTrue();
      assertThat(model.checkpoint().contains("mtp.model.layers.0.mlp.up_proj.weight")).isTrue();
    }
  }

  private static String renamed(String name, String decoder, String head) {
    return name.startsWith("model.")
        ? decoder + name.substring("model.".length())
        : head + name.substring("lm_head.".length());
  }

  private static Model open(UnaryOperator<String> stored) throws IOException {
    return open(List.of(stored));
  }

  /** The golden Llama with all of its tensors under these names. */
  private static Model open(List<UnaryOperator<String>> stored) throws IOException {
    Checkpoint checkpoint = Checkpoints.open(Llama.FOLDER);
    TreeMap<String, String> names = new TreeMap<>();
    for (UnaryOperator<String> one : stored) {
      checkpoint.tensors().forEach(tensor -> names.put(one.apply(tensor.name()), tensor.name()));
    }
    return Model.of(Llama.FOLDER, new RenamedCheckpoint(checkpoint, "m", names));
  }
}
