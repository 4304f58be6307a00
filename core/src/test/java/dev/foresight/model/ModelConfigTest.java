package dev.foresight.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foresight.InputException;
import dev.foresight.onnx.Llama;
import dev.foresight.tensor.DType;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelConfigTest {
  private static final String MINIMAL =
      """
      {"model_type": "llama", "hidden_size": 64, "intermediate_size": 96, "num_hidden_layers": 2,
       "num_attention_heads": 4, "rms_norm_eps": 1e-6, "vocab_size": 100,
       "max_position_embeddings": 32}""";

  @Test
  void bothDialectsOfRopeSayTheSame() throws IOException {
    ModelConfig parameters = parse(Llama.FOLDER.text("config.json"));
    ModelConfig theta = parse(Llama.FOLDER.text("config-rope-theta.json"));
    assertThat(parameters.rope()).isEqualTo(new Rope(5000, new RopeScaling.None()));
    assertThat(theta.rope()).isEqualTo(parameters.rope());
    assertThat(theta.storedType()).contains(DType.F16).isEqualTo(parameters.storedType());
  }

  @Test
  void whatLlamaConfigsLeaveOutIsWhatTransformersTakes() {
    ModelConfig config = parse(MINIMAL);
    assertThat(config.kvHeads()).isEqualTo(4);
    assertThat(config.headDimension()).isEqualTo(16);
    assertThat(config.rope()).isEqualTo(new Rope(10_000, new RopeScaling.None()));
    assertThat(config.tiedHead()).isFalse();
    assertThat(config.storedType()).isEmpty();
    assertThat(config.bosIds()).isEmpty();
    assertThat(config.json()).isEqualTo(MINIMAL);
  }

  @Test
  void severalEndTokensAreKept() {
    assertThat(parse(with("\"eos_token_id\": [7, 9]")).eosIds()).containsExactly(7, 9);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads",
        "rms_norm_eps", "vocab_size", "max_position_embeddings", "model_type"
      })
  void missingKeyIsNamed(String key) {
    assertThatThrownBy(() -> parse(MINIMAL.replace('"' + key + '"', "\"other\"")))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("m/config.json lacks the key \"%s\"", key);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"model_type\": \"mamba\" | \"model_type\" is \"mamba\", but must be one of the supported [llama]",
        "\"hidden_size\": 64.5 | \"hidden_size\" is 64.5, but must be a positive integer",
        "\"hidden_size\": 66 | \"hidden_size\" is 66, but must be an even multiple",
        "\"head_dim\": 15 | \"head_dim\" is 15, but must be even",
        "\"num_key_value_heads\": 3 | \"num_key_value_heads\" is 3, but must be a divisor",
        "\"rms_norm_eps\": \"1e-5\" | \"rms_norm_eps\" is \"1e-5\", but must be a positive number",
        "\"tie_word_embeddings\": 1 | \"tie_word_embeddings\" is 1, but must be true or false",
        "\"hidden_act\": \"gelu\" | \"hidden_act\" is \"gelu\", but must be \"silu\"",
        "\"attention_bias\": true | \"attention_bias\" is true, but must be false",
        "\"mlp_bias\": true | \"mlp_bias\" is true, but must be false",
        "\"torch_dtype\": \"int8\" | \"torch_dtype\" is \"int8\", but must be \"float16\"",
        "\"eos_token_id\": \"two\" | \"eos_token_id\" is \"two\", but must be a token id",
        "\"rope_interleaved\": true | \"rope_interleaved\" is true, but must be false",
        "\"rope_theta\": 0 | \"rope_theta\" is 0, but must be a positive number",
        "\"partial_rotary_factor\": 0.5 | \"partial_rotary_factor\" is 0.5, but must be 1"
      })
  void valueThatIsNotSupportedIsNamed(String entry, String message) {
    assertThatThrownBy(() -> parse(with(entry)))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("m/config.json: " + message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"rope_scaling\": {\"type\": \"dynamic\", \"factor\": 2} | \"type\" is \"dynamic\"",
        "\"rope_parameters\": {\"rope_type\": \"yarn\", \"factor\": 2} | \"rope_type\" is \"yarn\"",
        "\"rope_parameters\": {\"rope_theta\": 5} | lacks the key \"rope_type\"",
        "\"rope_parameters\": {\"rope_type\": \"default\", \"beta\": 5} | has the key \"beta\" with value 5",
        "\"rope_scaling\": {\"rope_type\": \"default\", \"factor\": 5} | has the key \"factor\" with value 5",
        "\"rope_scaling\": {\"rope_type\": \"linear\"} | lacks the key \"factor\"",
        "\"rope_scaling\": 7 | \"rope_scaling\" is 7, but must be an object or null"
      })
  void ropeThatIsNotComputedIsRefusedByName(String entry, String message) {
    assertThatThrownBy(() -> parse(with(entry)))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("m/config.json")
        .hasMessageContaining(message);
  }

  @Test
  void twoThetasThatDifferAreRefused() {
    String both =
        "\"rope_theta\": 5, \"rope_parameters\": {\"rope_type\": \"default\", \"rope_theta\": 6}";
    assertThatThrownBy(() -> parse(with(both)))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("two values of rope_theta, 5.0 and 6.0");
  }

  @Test
  void textThatIsNoJsonIsRefused() {
    assertThatThrownBy(() -> parse("{\"model_type\": "))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("m/config.json is no valid JSON");
    assertThatThrownBy(() -> parse("[1]"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("m/config.json holds no JSON object");
  }

  /** The minimal config with entries that win over its own. */
  private static String with(String entries) {
    return MINIMAL.replace("}", ", " + entries + "}");
  }

  private static ModelConfig parse(String json) {
    return ModelConfig.parse(json, "m/config.json");
  }
}
