package dev.foresight.model;

import com.fasterxml.jackson.databind.JsonNode;
import dev.foresight.InputException;
import dev.foresight.tensor.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What config.json says of a decoder, checked: every value is one that Foresight computes exactly.
 *
 * @param modelType key of the architecture, for example {@code llama}
 * @param hidden channels of the residual stream
 * @param intermediate channels inside the MLP
 * @param blocks transformer layers
 * @param heads query heads
 * @param kvHeads key and value heads; divides {@code heads}
 * @param headDimension channels of one head, even
 * @param normEpsilon added to the mean square under the root of a norm
 * @param vocabulary rows of the embedding; token ids are below it
 * @param maxPositions longest sequence
 * @param tiedHead whether the output head is the embedding
 * @param rope rotary position embedding
 * @param storedType element type that the config names, if it does
 * @param bosIds tokens that begin a text, usually one or none
 * @param eosIds tokens that end a text
 * @param json the whole file, for writers that copy it
 */
public record ModelConfig(
    String modelType,
    int hidden,
    int intermediate,
    int blocks,
    int heads,
    int kvHeads,
    int headDimension,
    double normEpsilon,
    int vocabulary,
    int maxPositions,
    boolean tiedHead,
    Rope rope,
    Optional<DType> storedType,
    List<Integer> bosIds,
    List<Integer> eosIds,
    String json) {
  private static final Map<String, DType> STORED_TYPES =
      Map.of("float16", DType.F16, "bfloat16", DType.BF16, "float32", DType.F32);

  /** Name of the file inside a model folder. */
  public static final String FILE = "config.json";

  public ModelConfig {
    bosIds = List.copyOf(bosIds);
    eosIds = List.copyOf(eosIds);
  }

  /**
   * Reads and checks a config.
   *
   * @param json text of config.json
   * @param where what messages call the file
   * @throws InputException naming the file, the key and the value, if one is missing, wrong or not
   *     supported
   */
  public static ModelConfig parse(String json, String where) {
    ConfigObject config = ConfigObject.parse(json, where);
    String modelType = config.text("model_type");
    if (Architectures.find(modelType).isEmpty()) {
      throw config.refuse("model_type", "one of the supported " + Architectures.modelTypes());
    }
    refuseWhatIsNotComputed(config);
    int heads = config.positive("num_attention_heads");
    return new ModelConfig(
        modelType,
        config.positive("hidden_size"),
        config.positive("intermediate_size"),
        config.positive("num_hidden_layers"),
        heads,
        kvHeads(config, heads),
        headDimension(config, heads),
        config.positiveNumber("rms_norm_eps"),
        config.positive("vocab_size"),
        config.positive("max_position_embeddings"),
        config.flag("tie_word_embeddings", false),
        Rope.parse(config),
        storedType(config),
        ids(config, "bos_token_id"),
        ids(config, "eos_token_id"),
        json);
  }

  private static void refuseWhatIsNotComputed(ConfigObject config) {
    if (config.has("hidden_act") && !config.text("hidden_act").equals("silu")) {
      throw config.refuse("hidden_act", "\"silu\"");
    }
    for (String key : List.of("attention_bias", "mlp_bias")) {
      if (config.flag(key, false)) {
        throw config.refuse(key, "false: linears with a bias are not supported");
      }
    }
  }

  private static int kvHeads(ConfigObject config, int heads) {
    int kvHeads = config.positive("num_key_value_heads", heads);
    if (heads % kvHeads != 0) {
      throw config.refuse(
          "num_key_value_heads", "a divisor of num_attention_heads, which is " + heads);
    }
    return kvHeads;
  }

  private static int headDimension(ConfigObject config, int heads) {
    if (config.has("head_dim")) {
      if (config.positive("head_dim") % 2 != 0) {
        throw config.refuse("head_dim", "even: rotary embedding turns pairs of channels");
      }
      return config.positive("head_dim");
    }
    if (config.positive("hidden_size") % (2 * heads) != 0) {
      throw config.refuse(
          "hidden_size",
          "an even multiple of num_attention_heads, which is %d, or stand beside a head_dim"
              .formatted(heads));
    }
    return config.positive("hidden_size") / heads;
  }

  private static Optional<DType> storedType(ConfigObject config) {
    String key = config.has("dtype") ? "dtype" : "torch_dtype";
    if (!config.has(key) || config.text(key).equals("auto")) {
      return Optional.empty();
    }
    DType type = STORED_TYPES.get(config.text(key));
    if (type == null) {
      throw config.refuse(key, "\"float16\", \"bfloat16\" or \"float32\"");
    }
    return Optional.of(type);
  }

  /** One id, several in a list, or none. */
  private static List<Integer> ids(ConfigObject config, String key) {
    if (!config.has(key)) {
      return List.of();
    }
    JsonNode value = config.json().get(key);
    List<Integer> ids = new ArrayList<>();
    for (JsonNode id : value.isArray() ? value : List.of(value)) {
      if (!id.isIntegralNumber() || !id.canConvertToInt()) {
        throw config.refuse(key, "a token id, a list of token ids, or null");
      }
      ids.add(id.intValue());
    }
    return ids;
  }
}
