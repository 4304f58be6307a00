package dev.foresight.model;

import dev.foresight.InputException;
import dev.foresight.Words;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Reads how a config.json describes rotary embeddings, in both dialects: {@code rope_theta} beside
 * {@code rope_scaling}, and {@code rope_parameters}, which transformers 5 writes and which holds
 * theta itself. A kind or key that is not implemented is refused by name, since ignoring one gives
 * a wrong model that looks right.
 */
final class RopeReader {
  private static final double DEFAULT_THETA = 10_000; // where config.json names none
  private static final String SHARE = "partial_rotary_factor";

  private final ConfigObject config;
  private final Layout layout;
  private final int headDimension;

  /** Where a family describes its rotary embeddings. */
  enum Layout {
    /** One for all blocks. */
    SINGLE("default", "linear", "llama3", "yarn", "longrope"),
    /** One for all blocks; transformers computes other kinds than these otherwise or not at all. */
    PHI3("default", "longrope", "su"),
    /** One for blocks that see all tokens, one for those that see a window. */
    BY_LAYER_TYPE("default", "linear");

    private final Set<String> kinds;

    Layout(String... kinds) {
      this.kinds = Set.of(kinds);
    }
  }

  RopeReader(ConfigObject config, Layout layout, int headDimension) {
    this.config = config;
    this.layout = layout;
    this.headDimension = headDimension;
  }

  /**
   * The rotary embedding of a block.
   *
   * @param slides whether the block sees only a window
   */
  Rope rope(boolean slides) {
    Optional<ConfigObject> parameters = config.object("rope_parameters");
    Optional<ConfigObject> legacy = config.object("rope_scaling");
    if (layout == Layout.BY_LAYER_TYPE) {
      return ofLayerType(slides, parameters, legacy);
    }
    if (parameters.isPresent()
        && legacy.isPresent()
        && !legacy.get().json().equals(parameters.get().json())) {
      throw new InputException(
          Words.format("%s has rope_parameters and a rope_scaling that differs: remove one of them.", config.where()));
    }
    Optional<ConfigObject> rope = parameters.or(() -> legacy);
    double share = rope.filter(r -> r.has(SHARE)).orElse(config).positiveNumber(SHARE, 1);
    return checked(new Rope(theta(rope), share, rope.map(this::scaling).orElseGet(this::none)));
  }

  private Rope ofLayerType(
      boolean slides, Optional<ConfigObject> parameters, Optional<ConfigObject> legacy) {
    if (parameters.isPresent()) {
      parameters.get().allowOnly(Set.of(Windows.SLIDING, Windows.FULL));
    }
    String thetaKey = slides ? "rope_local_base_freq" : "rope_theta";
    Optional<ConfigObject> own =
        parameters.isPresent()
            ? parameters.get().object(slides ? Windows.SLIDING : Windows.FULL)
            : legacy.filter(scaling -> !slides); // blocks with a window are never scaled
    double theta = own.flatMap(RopeReader::thetaOf).orElse(config.positiveNumber(thetaKey));
    return checked(new Rope(theta, own.map(this::scaling).orElseGet(this::none)));
  }

  private Rope checked(Rope rope) {
    if (rope.share() > 1 || rope.channels(headDimension) % 2 != 0) {
      throw config.refuse(
          SHARE,
          Words.format("such that it turns an even number of the %d channels of a head", headDimension));
    }
    return rope;
  }

  private double theta(Optional<ConfigObject> rope) {
    Optional<Double> outer = thetaOf(config);
    Optional<Double> inner = rope.flatMap(RopeReader::thetaOf);
    if (outer.isPresent() && inner.isPresent() && !outer.equals(inner)) {
      throw new InputException(
          Words.format("%s has two values of rope_theta, %s and %s: remove the wrong one.", config.where(), outer.get(), inner.get()));
    }
    return inner.or(() -> outer).orElse(DEFAULT_THETA);
  }

  private static Optional<Double> thetaOf(ConfigObject object) {
    return object.has("rope_theta")
        ? Optional.of(object.positiveNumber("rope_theta"))
        : Optional.empty();
  }

  private RopeScaling none() {
    return new RopeScaling.None();
  }

  private RopeScaling scaling(ConfigObject rope) {
    String key = rope.has("rope_type") || !rope.has("type") ? "rope_type" : "type";
    String kind = rope.text(key);
    if (!layout.kinds.contains(kind)) {
      throw rope.refuse(key, "one of the supported " + layout.kinds.stream().sorted().toList());
    }
    return switch (kind) {
      case "default" -> {
        allow(rope, Set.of());
        yield none();
      }
      case "linear" -> {
        allow(rope, Set.of("factor"));
        yield new RopeScaling.Linear(rope.positiveNumber("factor"));
      }
      case "llama3" -> llama3(rope);
      case "yarn" -> yarn(rope);
      default -> longRope(rope);
    };
  }

  private RopeScaling llama3(ConfigObject rope) {
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
        originalPositions(rope));
  }

  private RopeScaling yarn(ConfigObject rope) {
    allow(
        rope,
        Set.of(
            "factor",
            "original_max_position_embeddings",
            "attention_factor",
            "beta_fast",
            "beta_slow",
            "mscale",
            "mscale_all_dim",
            "truncate"));
    double factor = rope.positiveNumber("factor");
    double ofTable =
        rope.has("mscale") && rope.has("mscale_all_dim")
            ? growth(factor, rope.positiveNumber("mscale"))
                / growth(factor, rope.positiveNumber("mscale_all_dim"))
            : growth(factor, 1);
    return new RopeScaling.Yarn(
        factor,
        rope.positiveNumber("beta_fast", 32),
        rope.positiveNumber("beta_slow", 1),
        rope.flag("truncate", true),
        originalPositions(rope),
        rope.positiveNumber("attention_factor", ofTable));
  }

  private static double growth(double factor, double share) {
    return factor <= 1 ? 1 : 0.1 * share * Math.log(factor) + 1;
  }

  private RopeScaling longRope(ConfigObject rope) {
    allow(
        rope,
        Set.of(
            "short_factor",
            "long_factor",
            "factor",
            "attention_factor",
            "original_max_position_embeddings"));
    int original = originalPositions(rope);
    double factor =
        rope.positiveNumber(
            "factor", (double) config.positive("max_position_embeddings") / original);
    double ofTable = factor <= 1 ? 1 : Math.sqrt(1 + Math.log(factor) / Math.log(original));
    int pairs = (int) (headDimension * rope.positiveNumber(SHARE, config.positiveNumber(SHARE, 1)));
    return new RopeScaling.LongRope(
        rope.positiveNumbers("short_factor", pairs / 2),
        rope.positiveNumbers("long_factor", pairs / 2),
        original,
        rope.positiveNumber("attention_factor", ofTable));
  }

  /** A key beside the rotary embedding's wins over one inside, as in transformers. */
  private int originalPositions(ConfigObject rope) {
    String key = "original_max_position_embeddings";
    return config.has(key)
        ? config.positive(key)
        : rope.positive(key, config.positive("max_position_embeddings"));
  }

  private static void allow(ConfigObject rope, Set<String> more) {
    Set<String> known = new HashSet<>(more);
    known.addAll(Set.of("rope_type", "type", "rope_theta", SHARE));
    rope.allowOnly(known);
  }
}
