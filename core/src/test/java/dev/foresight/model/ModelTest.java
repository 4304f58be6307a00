package dev.foresight.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foresight.InputException;
import dev.foresight.onnx.GoldenModel;
import dev.foresight.onnx.Llama;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class ModelTest {
  @Test
  void checkpointThatFitsItsConfigOpens() throws IOException {
    try (Model model = Llama.open()) {
      assertThat(model.architecture().headTensor(model.config())).isEqualTo("lm_head.weight");
      assertThat(model.architecture().tensorName(2, "mlp.up_proj.weight"))
          .isEqualTo("model.layers.2.mlp.up_proj.weight");
    }
  }

  @Test
  void tiedHeadIsTheEmbedding() throws IOException {
    try (Model model = Llama.openTied()) {
      assertThat(model.architecture().headTensor(model.config()))
          .isEqualTo("model.embed_tokens.weight");
    }
  }

  @Test
  void missingTensorIsNamed() {
    assertThatThrownBy(() -> Llama.open("\"num_hidden_layers\": 3", "\"num_hidden_layers\": 4"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("lacks the tensor model.layers.3.input_layernorm.weight")
        .hasMessageContaining("[64]");
  }

  @Test
  void misshapenTensorIsNamedWithBothShapes() {
    assertThatThrownBy(() -> Llama.open("\"num_key_value_heads\": 2", "\"num_key_value_heads\": 4"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(
            "model.layers.0.self_attn.k_proj.weight has shape [48, 64], but config.json asks for"
                + " [96, 64]");
  }

  @Test
  void blockBeyondTheDeclaredNumberIsRefused() {
    assertThatThrownBy(() -> Llama.open("\"num_hidden_layers\": 3", "\"num_hidden_layers\": 2"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("model.layers.2.")
        .hasMessageContaining("beyond the 2 blocks");
  }

  @Test
  void llamaTableSaysWhereScalesFold() throws IOException {
    try (Model model = Llama.open()) {
      Architecture llama = model.architecture();
      assertThat(llama.linears(Role.ATTENTION_INPUT).stream().map(LinearSpec::path))
          .containsExactly("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj");
      assertThat(llama.fold(Role.ATTENTION_OUTPUT))
          .isEqualTo(new Fold.IntoRows(llama.linear(Part.VALUE), Part.VALUE, true));
      assertThat(llama.fold(Role.MLP_INPUT))
          .isEqualTo(new Fold.IntoNorm(new NormSpec("post_attention_layernorm", 0)));
      assertThat(llama.queryHeadsPerKvHead(model.config())).isEqualTo(2);
    }
  }

  @Test
  void textTowerOfAModelThatSeesKeepsItsNames() throws IOException {
    try (Model model = new GoldenModel("gemma3").open()) {
      assertThat(model.architecture().tensorName(1, "mlp.up_proj.weight"))
          .isEqualTo("language_model.model.layers.1.mlp.up_proj.weight");
      assertThat(model.architecture().headTensor(model.config()))
          .isEqualTo("language_model.model.embed_tokens.weight");
    }
  }

  @Test
  void fusedLinearFoldsIntoItsRowsOfThatPart() throws IOException {
    try (Model model = new GoldenModel("phi3").open()) {
      Architecture phi = model.architecture();
      LinearSpec qkv = phi.linear(Part.VALUE);
      assertThat(phi.fold(Role.ATTENTION_OUTPUT))
          .isEqualTo(new Fold.IntoRows(qkv, Part.VALUE, true));
      assertThat(qkv.firstRow(model.config(), Part.VALUE)).isEqualTo(96); // 4 x 16 + 2 x 16
      assertThat(qkv.rows(model.config())).isEqualTo(128);
      assertThat(qkv.clipped()).isFalse();
      assertThat(phi.linear(Part.UP).firstRow(model.config(), Part.UP)).isEqualTo(96);
    }
  }

  @Test
  void gemmaFoldsMlpInputIntoTheNormInFrontOfTheMlp() throws IOException {
    try (Model model = new GoldenModel("gemma2").open()) {
      assertThat(model.architecture().fold(Role.MLP_INPUT))
          .isEqualTo(new Fold.IntoNorm(new NormSpec("pre_feedforward_layernorm", 1)));
    }
  }

  @Test
  void biasThatTheFamilyHasNoPlaceForIsRefused() {
    GoldenModel llama = new GoldenModel("llama-yarn");
    assertThatThrownBy(() -> llama.open("\"attention_bias\": true", "\"attention_bias\": false"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("model.layers.0.self_attn.")
        .hasMessageContaining("_proj.bias has no place in a llama model with this config.json");
  }

  @Test
  void normThatTheFamilyHasNoPlaceForIsRefused() {
    assertThatThrownBy(
            () ->
                new GoldenModel("qwen3")
                    .open("\"model_type\": \"qwen3\"", "\"model_type\": \"qwen2\""))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("lacks the tensor model.layers.0.self_attn.k_proj.bias");
    assertThatThrownBy(
            () ->
                new GoldenModel("qwen3")
                    .open("\"model_type\": \"qwen3\"", "\"model_type\": \"mistral\""))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(
            "model.layers.0.self_attn.k_norm.weight has no place in a mistral model");
  }

  @Test
  void biasThatTheConfigAsksForMustBeThere() {
    assertThatThrownBy(() -> Llama.open("\"mlp_bias\": false", "\"mlp_bias\": true"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("lacks the tensor model.layers.0.mlp.down_proj.bias of shape [64]");
  }
}
