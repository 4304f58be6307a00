package dev.foresight.model;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The table of supported decoder families. */
public final class Architectures {
  private static final Map<String, Architecture> ALL = new TreeMap<>();

  static {
    Architecture llama = llama();
    ALL.put(llama.modelType(), llama);
  }

  private Architectures() {}

  /** The family that a config names, if it is supported. */
  public static Optional<Architecture> find(String modelType) {
    return Optional.ofNullable(ALL.get(modelType));
  }

  /** Values of {@code model_type} that are supported, sorted. */
  public static List<String> modelTypes() {
    return List.copyOf(ALL.keySet());
  }

  private static Architecture llama() {
    NormSpec attentionNorm = new NormSpec("input_layernorm", 0);
    NormSpec mlpNorm = new NormSpec("post_attention_layernorm", 0);
    LinearSpec value = new LinearSpec(Part.VALUE, "self_attn.v_proj");
    LinearSpec up = new LinearSpec(Part.UP, "mlp.up_proj");
    return new Architecture(
        "llama",
        "model.layers.%d.",
        List.of(
            new LinearSpec(Part.QUERY, "self_attn.q_proj"),
            new LinearSpec(Part.KEY, "self_attn.k_proj"),
            value,
            new LinearSpec(Part.ATTENTION_OUT, "self_attn.o_proj"),
            new LinearSpec(Part.GATE, "mlp.gate_proj"),
            up,
            new LinearSpec(Part.DOWN, "mlp.down_proj")),
        attentionNorm,
        mlpNorm,
        Map.of(
            Role.ATTENTION_INPUT, new Fold.IntoNorm(attentionNorm),
            Role.ATTENTION_OUTPUT, new Fold.IntoRows(value, true),
            Role.MLP_INPUT, new Fold.IntoNorm(mlpNorm),
            Role.MLP_OUTPUT, new Fold.IntoRows(up, false)),
        "model.embed_tokens.weight",
        new NormSpec("model.norm", 0),
        "lm_head.weight");
  }
}
