package dev.foresight.model;

import com.fasterxml.jackson.databind.JsonNode;
import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.tensor.DType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;

/**
 * What config.json says of a decoder, checked: every value is one that Foresight computes exactly.
 *
 * <p>Where the decoder is one part of a larger model, this is the decoder, and {@code json} the
 * larger model's file.
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
 * @param attention how the tokens of each block see each other
 * @param activation what the gate of the MLP goes through
 * @param biased parts whose linears add a bias
 * @param embeddingScale what rows of the embedding are multiplied by
 * @param logitCap c of {@code c · tanh(logit / c)}
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
    List<BlockAttention> attention,
    Activation activation,
    Set<Part> biased,
    float embeddingScale,
    OptionalDouble logitCap,
    Optional<DType> storedType,
    List<Integer> bosIds,
    List<Integer> eosIds,
    String json) {
  private static final Map<String, DType> STORED_TYPES =
      Map.of("float16", DType.F16, "bfloat16", DType.BF16, "float32", DType.F32);

  /** Bounds far beyond any model, so that no size computed from them is beyond an int. */
  private static final int MAX_CHANNELS = 1 << 24;

  private static final int MAX_BLOCKS = 4096;

  /** Name of the file inside a model folder. */
  public static final String FILE = "config.json";

  public ModelConfig {
    attention = List.copyOf(attention);
    biased = Set.copyOf(biased);
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
    ConfigObject file = ConfigObject.parse(json, where);
    ConfigObject text = TextTower.config(file);
    String modelType = text.text("model_type");
    Dialect dialect =
        Architectures.family(modelType)
            .orElseThrow(
                () ->
                    text.refuse("model_type", "one of the supported " + Architectures.modelTypes()))
            .dialect();
    ConfigObject config = text.over(dialect.defaults());
    dialect.refuseWhatIsNotComputed(config);
    int heads = config.positiveUpTo("num_attention_heads", MAX_CHANNELS);
    int blocks = config.positiveUpTo("num_hidden_layers", MAX_BLOCKS);
    int hidden = config.positiveUpTo("hidden_size", MAX_CHANNELS);
    int headDimension = headDimension(config, heads);
    return new ModelConfig(
        modelType,
        hidden,
        config.positiveUpTo("intermediate_size", MAX_CHANNELS),
        blocks,
        heads,
        kvHeads(config, heads),
        headDimension,
        config.positiveNumber("rms_norm_eps"),
        config.positive("vocab_size"),
        config.positive("max_position_embeddings"),
        (file.has("tie_word_embeddings") ? file : config).flag("tie_word_embeddings", false),
        attention(config, dialect, blocks, headDimension),
        dialect.activation(),
        dialect.biased(config),
        dialect.embeddingScale(hidden),
        dialect.cap(config, Dialect.Feature.LOGIT_CAP),
        storedType(TextTower.having(List.of("dtype", "torch_dtype"), text, file)),
        ids(TextTower.having(List.of("bos_token_id"), text, file), "bos_token_id"),
        ids(TextTower.having(List.of("eos_token_id"), text, file), "eos_token_id"),
        json);
  }

  /** The rotary embeddings of its blocks, each once. */
  public List<Rope> ropes() {
    return attention.stream().map(BlockAttention::rope).distinct().toList();
  }

  private static List<BlockAttention> attention(
      ConfigObject config, Dialect dialect, int blocks, int headDimension) {
    RopeReader ropes = new RopeReader(config, dialect.ropes(), headDimension);
    Map<OptionalInt, BlockAttention> known = new HashMap<>(); // two at most
    return dialect.windows().read(config, blocks).stream()
        .map(
            window ->
                known.computeIfAbsent(
                    window,
                    w ->
                        new BlockAttention(
                            dialect.scoreScale(config, headDimension),
                            dialect.cap(config, Dialect.Feature.ATTENTION_CAP),
                            w,
                            ropes.rope(w.isPresent()))))
        .toList();
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
      int dimension = config.positiveUpTo("head_dim", MAX_CHANNELS / heads);
      if (dimension % 2 != 0) {
        throw config.refuse("head_dim", "even: rotary embedding turns pairs of channels");
      }
      return dimension;
    }
    if (config.positive("hidden_size") % (2 * heads) != 0) {
      throw config.refuse(
          "hidden_size",
          Words.format("an even multiple of num_attention_heads, which is %d, or stand beside a head_dim", heads));
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
