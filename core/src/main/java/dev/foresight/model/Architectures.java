package dev.foresight.model;

import static dev.foresight.model.Dialect.Feature.ATTENTION_BIAS;
import static dev.foresight.model.Dialect.Feature.ATTENTION_CAP;
import static dev.foresight.model.Dialect.Feature.LOGIT_CAP;
import static dev.foresight.model.Dialect.Feature.MLP_BIAS;
import static dev.foresight.model.Dialect.Feature.PARTIAL_ROTATION;
import static dev.foresight.model.Dialect.Feature.QUERY_SCALAR;
import static dev.foresight.model.Dialect.Feature.SCALED_EMBEDDING;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** The table of supported decoder families. */
public final class Architectures {
  private static final List<LinearSpec> SEPARATE =
      List.of(
          new LinearSpec(Part.QUERY, "self_attn.q_proj"),
          new LinearSpec(Part.KEY, "self_attn.k_proj"),
          new LinearSpec(Part.VALUE, "self_attn.v_proj"),
          new LinearSpec(Part.ATTENTION_OUT, "self_attn.o_proj"),
          new LinearSpec(Part.GATE, "mlp.gate_proj"),
          new LinearSpec(Part.UP, "mlp.up_proj"),
          new LinearSpec(Part.DOWN, "mlp.down_proj"));

  private static final List<LinearSpec> FUSED =
      List.of(
          new LinearSpec(List.of(Part.QUERY, Part.KEY, Part.VALUE), "self_attn.qkv_proj"),
          new LinearSpec(Part.ATTENTION_OUT, "self_attn.o_proj"),
          new LinearSpec(List.of(Part.GATE, Part.UP), "mlp.gate_up_proj"),
          new LinearSpec(Part.DOWN, "mlp.down_proj"));

  private static final Map<String, Family> ALL = new TreeMap<>();

  /**
   * A row of the table.
   *
   * @param architecture its tensors
   * @param dialect how its config.json is read
   */
  record Family(Architecture architecture, Dialect dialect) {}

  // Defaults are those of transformers 5.23, for keys that published config.json files leave out.
  static {
    add("llama", SEPARATE, BlockNorms.two(), Dialect.llama().with(ATTENTION_BIAS, MLP_BIAS));
    add(
        "mistral",
        SEPARATE,
        BlockNorms.two(),
        Dialect.llama().with(Windows.EVERY_BLOCK).withDefaults("{\"sliding_window\": 4096}"));
    add(
        "qwen2",
        SEPARATE,
        BlockNorms.two(),
        Dialect.llama()
            .with(Windows.LATE_BLOCKS)
            .withBiases(Set.of(Part.QUERY, Part.KEY, Part.VALUE))
            .withDefaults("{\"sliding_window\": 4096, \"max_window_layers\": 28}"));
    add(
        "qwen3",
        SEPARATE,
        BlockNorms.two().withHeads(),
        Dialect.llama()
            .with(Windows.LATE_BLOCKS)
            .with(ATTENTION_BIAS)
            .withDefaults(
                """
                {"sliding_window": 4096, "max_window_layers": 28, "head_dim": 128}"""));
    add(
        "gemma2",
        SEPARATE,
        BlockNorms.four(),
        Dialect.gemma()
            .with(Windows.ALTERNATING)
            .with(SCALED_EMBEDDING, QUERY_SCALAR, ATTENTION_CAP, LOGIT_CAP, ATTENTION_BIAS)
            .withDefaults(
                """
                {"sliding_window": 4096, "head_dim": 256, "query_pre_attn_scalar": 256,
                 "attn_logit_softcapping": 50.0, "final_logit_softcapping": 30.0,
                 "hidden_activation": "gelu_pytorch_tanh", "tie_word_embeddings": true}"""));
    add(
        "gemma3_text",
        SEPARATE,
        BlockNorms.four().withHeads(),
        Dialect.gemma()
            .with(Windows.ALL_BUT_EVERY_NTH)
            .with(RopeReader.Layout.BY_LAYER_TYPE)
            .with(SCALED_EMBEDDING, QUERY_SCALAR, LOGIT_CAP, ATTENTION_BIAS)
            .withDefaults(
                """
                {"vocab_size": 262208, "num_attention_heads": 8, "num_key_value_heads": 4,
                 "head_dim": 256, "rms_norm_eps": 1e-6, "max_position_embeddings": 131072,
                 "sliding_window": 4096, "sliding_window_pattern": 6, "query_pre_attn_scalar": 256,
                 "rope_theta": 1e6, "rope_local_base_freq": 1e4,
                 "hidden_activation": "gelu_pytorch_tanh", "tie_word_embeddings": true}"""));
    add(
        "phi3",
        FUSED,
        BlockNorms.two(),
        Dialect.llama()
            .with(Windows.EVERY_BLOCK)
            .with(RopeReader.Layout.PHI3)
            .with(PARTIAL_ROTATION)
            .withDefaults("{\"original_max_position_embeddings\": 4096}"));
  }

  private Architectures() {}

  private static void add(
      String modelType, List<LinearSpec> linears, BlockNorms norms, Dialect dialect) {
    ALL.put(
        modelType,
        new Family(
            new Architecture(modelType, "model.", "lm_head.weight", linears, norms), dialect));
  }

  /** The family that a config names, if it is supported. */
  public static Optional<Architecture> find(String modelType) {
    return family(modelType).map(Family::architecture);
  }

  static Optional<Family> family(String modelType) {
    return Optional.ofNullable(ALL.get(modelType));
  }

  /** Values of {@code model_type} that are supported, sorted. */
  public static List<String> modelTypes() {
    return List.copyOf(ALL.keySet());
  }
}
