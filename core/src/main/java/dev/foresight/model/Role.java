package dev.foresight.model;

import java.util.Locale;

/** An input that linears of a block share, and therefore one statistic and one scale. */
public enum Role {
  /** What q, k and v read: the normed input of attention, [tokens, hidden]. */
  ATTENTION_INPUT,
  /** What o reads: the heads' outputs side by side, [tokens, heads x head dimension]. */
  ATTENTION_OUTPUT,
  /** What gate and up read: the normed input of the MLP, [tokens, hidden]. */
  MLP_INPUT,
  /** What down reads: the gated activations, [tokens, intermediate]. */
  MLP_OUTPUT;

  private final String key = name().toLowerCase(Locale.ROOT);

  /** The name in tables, settings and messages, for example {@code mlp_input}. */
  public String key() {
    return key;
  }

  /** Channels of this input. */
  public int channels(ModelConfig config) {
    return switch (this) {
      case ATTENTION_INPUT, MLP_INPUT -> config.hidden();
      case ATTENTION_OUTPUT -> config.heads() * config.headDimension();
      case MLP_OUTPUT -> config.intermediate();
    };
  }
}
