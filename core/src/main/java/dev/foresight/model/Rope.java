package dev.foresight.model;

import dev.foresight.InputException;
import java.util.Optional;
import java.util.Set;

/**
 * Rotary position embedding: which angle each pair of a head's channels turns by per position.
 *
 * <p>Both dialects of config.json are read: {@code rope_theta} beside {@code rope_scaling}, and
 * {@code rope_parameters}, which transformers 5 writes and which holds theta itself. A kind or key
 * that is not implemented is refused by name, since ignoring one gives a wrong model that looks
 * right.
 *
 * @param theta base of the angles
 * @param scaling how the angles of a longer context are derived from it
 */
public record Rope(double theta, RopeScaling scaling) {
  private static final double DEFAULT_THETA = 10_000; // what transformers takes for Llama 1 and 2
  private static final String KINDS = "\"default\", \"linear\" or \"llama3\"";

  /**
   * Angle per position of each channel pair, [headDimension / 2], with the roundings to fp32 that
   * transformers 5.23 makes ({@code modeling_rope_utils.py}).
   */
  public float[] inverseFrequencies(int headDimension) {
    float[] inverse = new float[headDimension / 2];
    for (int i = 0; i < inverse.length; i++) {
      float exponent = 2f * i / headDimension;
      inverse[i] = scaling.apply(1f / (float) StrictMath.pow(theta, exponent));
    }
    return inverse;
  }

  static Rope parse(ConfigObject config) {
    if (config.flag("rope_interleaved", false)) {
      throw config.refuse("rope_interleaved", "false: interleaved rotary pairs are not supported");
    }
    Optional<ConfigObject> parameters = config.object("rope_parameters");
    Optional<ConfigObject> legacy = config.object("rope_scaling");
    if (parameters.isPresent()
        && legacy.isPresent()
        && !legacy.get().json().equals(parameters.get().json())) {
      throw new InputException(
          "%s has rope_parameters and a rope_scaling that differs: remove one of them."
              .formatted(config.where()));
    }
    Optional<ConfigObject> rope = parameters.or(() -> legacy);
    requireFullRotation(config);
    rope.ifPresent(Rope::requireFullRotation);
    return new Rope(theta(config, rope), rope.map(Rope::scaling).orElse(new RopeScaling.None()));
  }

  private static double theta(ConfigObject config, Optional<ConfigObject> rope) {
    Optional<Double> outer = theta(config);
    Optional<Double> inner = rope.flatMap(Rope::theta);
    if (outer.isPresent() && inner.isPresent() && !outer.equals(inner)) {
      throw new InputException(
          "%s has two values of rope_theta, %s and %s: remove the wrong one."
              .formatted(config.where(), outer.get(), inner.get()));
    }
    return inner.or(() -> outer).orElse(DEFAULT_THETA);
  }

  private static Optional<Double> theta(ConfigObject config) {
    return config.has("rope_theta")
        ? Optional.of(config.positiveNumber("rope_theta"))
        : Optional.empty();
  }

  private static RopeScaling scaling(ConfigObject rope) {
    String key = rope.has("rope_type") || !rope.has("type") ? "rope_type" : "type";
    return switch (rope.text(key)) {
      case "default" -> {
        allow(rope, Set.of());
        yield new RopeScaling.None();
      }
      case "linear" -> {
        allow(rope, Set.of("factor"));
        yield new RopeScaling.Linear(rope.positiveNumber("factor"));
      }
      case "llama3" -> llama3(rope);
      default -> throw rope.refuse(key, KINDS);
    };
  }

  private static RopeScaling llama3(ConfigObject rope) {
    allow(
        rope,
        Set.of(
            "factor", "low_freq_factor", "high_freq_factor", "original_max_position_embeddings"));
    double low = rope.positiveNumber("low_freq_factor");
    if (rope.positiveNumber("high_freq_factor") <= low) {
      throw rope.refuse("high_freq_factor", "more than low_freq_factor, which is " + low);
    }
    return new RopeScaling.Llama3(
        rope.positiveNumber("factor"),
        low,
        rope.positiveNumber("high_freq_factor"),
        rope.positive("original_max_position_embeddings"));
  }

  private static void allow(ConfigObject rope, Set<String> more) {
    Set<String> known = new java.util.HashSet<>(more);
    known.addAll(Set.of("rope_type", "type", "rope_theta", "partial_rotary_factor"));
    rope.allowOnly(known);
  }

  private static void requireFullRotation(ConfigObject config) {
    if (config.positiveNumber("partial_rotary_factor", 1) != 1) {
      throw config.refuse("partial_rotary_factor", "1: partly rotated heads are not supported");
    }
  }
}
