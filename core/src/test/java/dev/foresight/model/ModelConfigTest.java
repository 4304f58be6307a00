package dev.foresight.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.foresight.InputException;
import dev.foresight.onnx.GoldenModel;
import dev.foresight.onnx.Llama;
import dev.foresight.tensor.DType;
import dev.foresight.tensor.StrictJson;
import java.io.IOException;
import java.util.List;
import java.util.Map;
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
    assertThat(parameters.ropes()).containsExactly(new Rope(5000, new RopeScaling.None()));
    assertThat(theta.attention()).isEqualTo(parameters.attention());
    assertThat(theta.storedType()).contains(DType.F16).isEqualTo(parameters.storedType());
  }

  @Test
  void whatLlamaConfigsLeaveOutIsWhatTransformersTakes() {
    ModelConfig config = parse(MINIMAL);
    assertThat(config.kvHeads()).isEqualTo(4);
    assertThat(config.headDimension()).isEqualTo(16);
    assertThat(config.ropes()).containsExactly(new Rope(10_000, new RopeScaling.None()));
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
        "\"model_type\": \"mamba\" | \"model_type\" is \"mamba\", but must be one of the supported [gemma2, gemma3_text, llama,",
        "\"hidden_size\": 64.5 | \"hidden_size\" is 64.5, but must be a positive integer",
        "\"hidden_size\": 66 | \"hidden_size\" is 66, but must be an even multiple",
        "\"head_dim\": 15 | \"head_dim\" is 15, but must be even",
        "\"num_key_value_heads\": 3 | \"num_key_value_heads\" is 3, but must be a divisor",
        "\"rms_norm_eps\": \"1e-5\" | \"rms_norm_eps\" is \"1e-5\", but must be a positive number",
        "\"tie_word_embeddings\": 1 | \"tie_word_embeddings\" is 1, but must be true or false",
        "\"hidden_act\": \"gelu\" | \"hidden_act\" is \"gelu\", but must be \"silu\"",
        "\"model_type\": \"mistral\", \"attention_bias\": true | \"attention_bias\" is true, but must be"
            + " false",
        "\"model_type\": \"qwen3\", \"mlp_bias\": true | \"mlp_bias\" is true, but must be false",
        "\"query_pre_attn_scalar\": 9 | \"query_pre_attn_scalar\" is 9, but must be absent",
        "\"final_logit_softcapping\": 9 | \"final_logit_softcapping\" is 9, but must be absent",
        "\"model_type\": \"gemma3_text\", \"attn_logit_softcapping\": 9 | \"attn_logit_softcapping\" is"
            + " 9, but must be absent",
        "\"model_type\": \"gemma2\", \"use_bidirectional_attention\": true |"
            + " \"use_bidirectional_attention\" is true, but must be false",
        "\"model_type\": \"gemma2\", \"hidden_activation\": \"silu\" | \"hidden_activation\" is \"silu\","
            + " but must be \"gelu_pytorch_tanh\"",
        "\"sliding_window\": 9 | \"sliding_window\" is 9, but must be absent",
        "\"model_type\": \"mistral\", \"sliding_window\": 0 | \"sliding_window\" is 0, but must be a"
            + " positive integer",
        "\"model_type\": \"qwen2\", \"layer_types\": [\"full_attention\"] | \"layer_types\" is"
            + " [\"full_attention\"], but must be a list of",
        "\"model_type\": \"qwen2\", \"layer_types\": [\"full_attention\", \"linear_attention\"] |"
            + " \"layer_types\" is [\"full_attention\",\"linear_attention\"], but must be a list of",
        "\"model_type\": \"phi3\", \"partial_rotary_factor\": 0.35 | \"partial_rotary_factor\" is 0.35, but"
            + " must be such that it turns an even number of the 16 channels",
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
        "\"rope_scaling\": {\"rope_type\": \"proportional\", \"factor\": 2} | \"rope_type\" is"
            + " \"proportional\"",
        "\"rope_scaling\": {\"type\": \"default\", \"mrope_section\": [2, 3]} | has the key \"mrope_section\"",
        "\"rope_scaling\": {\"type\": \"yarn\", \"factor\": 2, \"finetuned\": true} | has the key \"finetuned\"",
        "\"rope_scaling\": {\"type\": \"longrope\", \"short_factor\": [1], \"long_factor\": [1]} |"
            + " \"short_factor\" is [1], but must be a list of 8 positive numbers",
        "\"model_type\": \"phi3\", \"rope_scaling\": {\"type\": \"yarn\", \"factor\": 2} | \"type\" is \"yarn\"",
        "\"model_type\": \"gemma3_text\", \"sliding_window_pattern\": 2, \"rope_scaling\": {\"type\": \"llama3\"} | \"type\" is \"llama3\"",
        "\"model_type\": \"gemma3_text\", \"rope_parameters\": {\"rope_type\": \"default\"} | has the key"
            + " \"rope_type\"",
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
  void bothDialectsOfGemma3SayTheSame() throws IOException {
    String json = new GoldenModel("gemma3_text").folder().text("config.json");
    String legacy =
        json.replaceAll("(?s)\"rope_parameters\": \\{.*?\\}\\s*\\},", "")
            .replaceAll("(?s)\"layer_types\": \\[.*?\\],", "\"sliding_window_pattern\": 2,")
            .replace(
                "\"model_type\"",
                "\"rope_theta\": 5000, \"rope_local_base_freq\": 50,"
                    + " \"rope_scaling\": {\"rope_type\": \"linear\", \"factor\": 8}, \"model_type\"");
    assertThat(parse(legacy).attention())
        .isEqualTo(parse(json).attention())
        .doesNotHaveDuplicates();
  }

  /** What google/gemma-3-4b-it says, which leaves most to the defaults of transformers. */
  @Test
  void textTowerOfAModelThatSeesIsReadWithItsDefaults() {
    ModelConfig config =
        parse(
            """
            {"model_type": "gemma3", "eos_token_id": [1, 106], "torch_dtype": "bfloat16",
             "vision_config": {"hidden_size": 1152},
             "text_config": {"model_type": "gemma3_text", "hidden_size": 2560,
              "intermediate_size": 10240, "num_hidden_layers": 34, "sliding_window": 1024,
              "rope_scaling": {"factor": 8.0, "rope_type": "linear"}}}""");
    assertThat(config.modelType()).isEqualTo("gemma3_text");
    assertThat(config.heads()).isEqualTo(8);
    assertThat(config.headDimension()).isEqualTo(256);
    assertThat(config.tiedHead()).isTrue();
    assertThat(config.eosIds()).containsExactly(1, 106);
    assertThat(config.storedType()).contains(DType.BF16);
    assertThat(config.attention().get(4).window()).hasValue(1024);
    assertThat(config.attention().get(4).rope()).isEqualTo(new Rope(1e4, new RopeScaling.None()));
    assertThat(config.attention().get(5).window()).isEmpty();
    assertThat(config.attention().get(5).rope())
        .isEqualTo(new Rope(1e6, new RopeScaling.Linear(8)));
  }

  /** What transformers 5.23 makes of the flag, by head_golden.py. */
  @Test
  void flagThatTiesTheHeadIsReadWhereTransformersReadsIt() throws IOException {
    Map<String, String> parts =
        Map.of(
            "gemma3",
            "gemma3_text",
            "llava",
            "llama",
            "llava_next",
            "mistral",
            "mistral3",
            "mistral");
    JsonNode golden = StrictJson.object("flags", new GoldenModel("").folder().text("flags.json"));
    assertThat(golden.size()).isEqualTo(57);
    for (Map.Entry<String, JsonNode> flag : golden.properties()) {
      String[] words = flag.getKey().split(" ");
      ObjectNode config = StrictJson.object("minimal", MINIMAL);
      if (parts.containsKey(words[0])) {
        ObjectNode text = config.put("model_type", parts.get(words[0]));
        tie(text, words[2]);
        config = StrictJson.object("wrapper", "{}");
        config.set("text_config", text);
      }
      config.put("model_type", words[0]);
      tie(config, words[1]);
      assertThat(parse(config.toString()).tiedHead())
          .as(flag.getKey())
          .isEqualTo(flag.getValue().booleanValue());
    }
  }

  private static void tie(ObjectNode config, String flag) {
    if (!flag.equals("absent")) {
      config.put("tie_word_embeddings", Boolean.parseBoolean(flag));
    }
  }

  @Test
  void wrapperThatIsNotKnownIsRefusedByName() {
    assertThatThrownBy(() -> parse("{\"model_type\": \"qwen2_vl\", \"text_config\": {}}"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("\"model_type\" is \"qwen2_vl\"");
    assertThatThrownBy(() -> parse("{\"model_type\": \"llava\"}"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("lacks the key \"text_config\"");
  }

  @Test
  void windowsAreWhereTheFamiliesPutThem() {
    String window = "\"sliding_window\": 7, ";
    assertThat(windows(window + "\"model_type\": \"mistral\"")).containsExactly(7, 7);
    assertThat(windows("\"sliding_window\": null, \"model_type\": \"mistral\""))
        .containsExactly(0, 0);
    assertThat(windows(window + "\"model_type\": \"qwen2\"")).containsExactly(0, 0);
    assertThat(
            windows(
                window
                    + "\"model_type\": \"qwen3\", \"use_sliding_window\": true,"
                    + " \"max_window_layers\": 1"))
        .containsExactly(0, 7);
    assertThat(windows(window + "\"model_type\": \"gemma2\"")).containsExactly(7, 0);
    assertThat(windows("\"model_type\": \"phi3\"")).containsExactly(0, 0);
  }

  private static List<Integer> windows(String entries) {
    return parse(with(entries)).attention().stream()
        .map(attention -> attention.window().orElse(0))
        .toList();
  }

  @Test
  void twoThetasThatDifferAreRefused() {
    String both =
        "\"rope_theta\": 5, \"rope_parameters\": {\"rope_type\": \"default\", \"rope_theta\": 6}";
    assertThatThrownBy(() -> parse(with(both)))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("two values of rope_theta, 5.0 and 6.0");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "num_hidden_layers | 2147483647 | at most 4096",
        "hidden_size | 1073741824 | at most 16777216",
        "intermediate_size | 2147483647 | at most 16777216",
        "num_attention_heads | 2147483647 | at most 16777216",
        "head_dim | 4194306 | at most 4194304",
        "hidden_size | 18446744073709551680 | a positive integer",
      })
  void sizeThatNoModelHasIsRefusedBeforeAnythingIsAllocated(String key, String size, String why) {
    assertThatThrownBy(() -> parse(with("\"%s\": %s".formatted(key, size))))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("\"%s\" is %s, but must be %s", key, size, why);
  }

  @Test
  void keyThatStandsTwiceIsRefused() {
    assertThatThrownBy(() -> parse(MINIMAL.replace("{", "{\"hidden_size\": 32, ")))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("Duplicate");
  }

  @Test
  void textThatIsNoJsonIsRefused() {
    assertThatThrownBy(() -> parse("{\"model_type\": "))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("m/config.json is not valid JSON");
    assertThatThrownBy(() -> parse("[1]"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("m/config.json is not a JSON object");
  }

  /** The minimal config with entries that win over its own. */
  private static String with(String entries) {
    ObjectNode config = StrictJson.object("minimal", MINIMAL);
    config.setAll(StrictJson.object("entries", "{" + entries + "}"));
    return config.toString();
  }

  private static ModelConfig parse(String json) {
    return ModelConfig.parse(json, "m/config.json");
  }
}
