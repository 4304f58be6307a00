package dev.foresight.model;

import dev.foresight.Words;
import java.util.EnumSet;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * How a family's config.json is read, where families differ.
 *
 * @param defaults JSON object of what holds where the file leaves a key out
 * @param activationKey names the activation
 * @param activation the one that is computed
 * @param biases parts that always add a bias
 * @param features keys that the family heeds; any of the others must be absent or off
 * @param windows which blocks see a window
 * @param ropes where rotary embeddings are described
 */
record Dialect(
    String defaults,
    String activationKey,
    Activation activation,
    Set<Part> biases,
    Set<Feature> features,
    Windows windows,
    RopeReader.Layout ropes) {

  /** A key that some families heed and others don't have. */
  enum Feature {
    /** Biases of all linears of attention. */
    ATTENTION_BIAS("attention_bias"),
    /** Biases of all linears of the MLP. */
    MLP_BIAS("mlp_bias"),
    /** Scores are divided by the root of this number, not of the head dimension. */
    QUERY_SCALAR("query_pre_attn_scalar"),
    /** Scores of attention are capped. */
    ATTENTION_CAP("attn_logit_softcapping"),
    /** Logits are capped. */
    LOGIT_CAP("final_logit_softcapping"),
    /** Only the first channels of a head are rotated. */
    PARTIAL_ROTATION("partial_rotary_factor"),
    /** Rows of the embedding are multiplied by the root of their length; no key says so. */
    SCALED_EMBEDDING(null);

    private final String key;

    Feature(String key) {
      this.key = key;
    }
  }

  /** What Llama 1 reads. */
  static Dialect llama() {
    return new Dialect(
        "{}",
        "hidden_act",
        Activation.SILU,
        Set.of(),
        Set.of(),
        Windows.NONE,
        RopeReader.Layout.SINGLE);
  }

  /** What Gemma 2 and 3 have in common. */
  static Dialect gemma() {
    return new Dialect(
        "{}",
        "hidden_activation",
        Activation.GELU_TANH,
        Set.of(),
        Set.of(),
        Windows.NONE,
        RopeReader.Layout.SINGLE);
  }

  Dialect withDefaults(String json) {
    return new Dialect(json, activationKey, activation, biases, features, windows, ropes);
  }

  Dialect withBiases(Set<Part> parts) {
    return new Dialect(defaults, activationKey, activation, parts, features, windows, ropes);
  }

  Dialect with(Feature... heeded) {
    Set<Feature> set = Set.of(heeded);
    return new Dialect(defaults, activationKey, activation, biases, set, windows, ropes);
  }

  Dialect with(Windows rule) {
    return new Dialect(defaults, activationKey, activation, biases, features, rule, ropes);
  }

  Dialect with(RopeReader.Layout layout) {
    return new Dialect(defaults, activationKey, activation, biases, features, windows, layout);
  }

  boolean has(Feature feature) {
    return features.contains(feature);
  }

  /** Refuses values of keys that would change the model if anyone heeded them. */
  void refuseWhatIsNotComputed(ConfigObject config) {
    if (config.has(activationKey) && !config.text(activationKey).equals(activation.key())) {
      throw config.refuse(activationKey, Words.format("\"%s\"", activation.key()));
    }
    for (Feature feature : List.of(Feature.ATTENTION_BIAS, Feature.MLP_BIAS)) {
      if (!has(feature) && config.flag(feature.key, false)) {
        throw config.refuse(feature.key, "false: models of this type have no such bias");
      }
    }
    for (Feature feature :
        List.of(Feature.QUERY_SCALAR, Feature.ATTENTION_CAP, Feature.LOGIT_CAP)) {
      if (!has(feature) && config.has(feature.key)) {
        throw config.refuse(feature.key, "absent: transformers ignores it in models of this type");
      }
    }
    if (!has(Feature.PARTIAL_ROTATION)
        && config.positiveNumber(Feature.PARTIAL_ROTATION.key, 1) != 1) {
      throw config.refuse(
          Feature.PARTIAL_ROTATION.key, "1: partly rotated heads are not supported for this type");
    }
    if (config.flag("rope_interleaved", false)) {
      throw config.refuse("rope_interleaved", "false: interleaved rotary pairs are not supported");
    }
    if (config.flag("use_bidirectional_attention", false)) {
      throw config.refuse("use_bidirectional_attention", "false: only decoders are supported");
    }
  }

  /** Parts whose linears add a bias. */
  Set<Part> biased(ConfigObject config) {
    Set<Part> biased = EnumSet.noneOf(Part.class);
    biased.addAll(biases);
    if (has(Feature.ATTENTION_BIAS) && config.flag(Feature.ATTENTION_BIAS.key, false)) {
      biased.addAll(List.of(Part.QUERY, Part.KEY, Part.VALUE, Part.ATTENTION_OUT));
    }
    if (has(Feature.MLP_BIAS) && config.flag(Feature.MLP_BIAS.key, false)) {
      biased.addAll(List.of(Part.GATE, Part.UP, Part.DOWN));
    }
    return biased;
  }

  /** What products of queries and keys are multiplied by. */
  double scoreScale(ConfigObject config, int headDimension) {
    double divisor =
        has(Feature.QUERY_SCALAR) ? config.positiveNumber(Feature.QUERY_SCALAR.key) : headDimension;
    return 1 / Math.sqrt(divisor);
  }

  OptionalDouble cap(ConfigObject config, Feature feature) {
    return has(feature) && config.has(feature.key)
        ? OptionalDouble.of(config.positiveNumber(feature.key))
        : OptionalDouble.empty();
  }

  /** What rows of the embedding are multiplied by; transformers takes the root in fp32. */
  float embeddingScale(int hidden) {
    return has(Feature.SCALED_EMBEDDING) ? (float) Math.sqrt(hidden) : 1;
  }
}
