package dev.foresight.model;

import dev.foresight.Words;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/** Which blocks of a family see only a window of the tokens before them. */
enum Windows {
  /** None. */
  NONE,
  /** All, if {@code sliding_window} is a number (Mistral, Phi-3). */
  EVERY_BLOCK,
  /** From {@code max_window_layers} on, if {@code use_sliding_window} says so (Qwen). */
  LATE_BLOCKS,
  /** Every other one, beginning with the first (Gemma 2). */
  ALTERNATING,
  /** All but each that {@code sliding_window_pattern} divides, counted from 1 (Gemma 3). */
  ALL_BUT_EVERY_NTH;

  static final String SLIDING = "sliding_attention";
  static final String FULL = "full_attention";
  private static final String SIZE = "sliding_window";
  private static final String TYPES = "layer_types";

  /**
   * Window of each block, in tokens with the one that looks; empty for a block that sees all.
   *
   * @throws dev.foresight.InputException if the keys that say so contradict each other or name a
   *     kind of attention that is not computed
   */
  List<OptionalInt> read(ConfigObject config, int blocks) {
    List<OptionalInt> windows = new ArrayList<>();
    List<String> types = this == NONE || this == EVERY_BLOCK ? List.of() : types(config, blocks);
    for (int block = 0; block < blocks; block++) {
      boolean slides = types.isEmpty() ? slides(config, block) : types.get(block).equals(SLIDING);
      windows.add(slides ? OptionalInt.of(config.positive(SIZE)) : OptionalInt.empty());
    }
    return windows;
  }

  private boolean slides(ConfigObject config, int block) {
    return switch (this) {
      case NONE -> {
        if (config.has(SIZE)) {
          throw config.refuse(SIZE, "absent: transformers ignores it in models of this type");
        }
        yield false;
      }
      case EVERY_BLOCK -> config.has(SIZE);
      case LATE_BLOCKS ->
          config.flag("use_sliding_window", false)
              && config.has(SIZE)
              && block >= config.count("max_window_layers");
      case ALTERNATING -> block % 2 == 0;
      case ALL_BUT_EVERY_NTH -> (block + 1) % config.positive("sliding_window_pattern") != 0;
    };
  }

  /** What {@code layer_types} says, one entry a block; empty if it is absent. */
  private static List<String> types(ConfigObject config, int blocks) {
    if (!config.has(TYPES)) {
      return List.of();
    }
    List<String> types = config.texts(TYPES);
    if (types.size() != blocks || !List.of(SLIDING, FULL).containsAll(types)) {
      throw config.refuse(
          TYPES,
          Words.format("a list of \"%s\" or \"%s\", one for each of the %d blocks", FULL, SLIDING, blocks));
    }
    return types;
  }
}
