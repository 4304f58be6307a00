package dev.foresight.model;

/** What a linear is for. The graph, the shapes and the clip search go by this, never by names. */
public enum Part {
  /** Queries, [heads x head dimension, hidden]. */
  QUERY(Role.ATTENTION_INPUT, false),
  /** Keys, [kv heads x head dimension, hidden]. */
  KEY(Role.ATTENTION_INPUT, false),
  /** Values, [kv heads x head dimension, hidden]. */
  VALUE(Role.ATTENTION_INPUT, true),
  /** Mixes the heads' outputs, [hidden, heads x head dimension]. */
  ATTENTION_OUT(Role.ATTENTION_OUTPUT, true),
  /** Gate of the MLP, [intermediate, hidden]. */
  GATE(Role.MLP_INPUT, true),
  /** What the gate multiplies, [intermediate, hidden]. */
  UP(Role.MLP_INPUT, true),
  /** Back to the residual stream, [hidden, intermediate]. */
  DOWN(Role.MLP_OUTPUT, true);

  private final Role role;
  private final boolean clipped;

  Part(Role role, boolean clipped) {
    this.role = role;
    this.clipped = clipped;
  }

  /** The input it reads. */
  public Role role() {
    return role;
  }

  /** Whether the clip search may touch it: queries and keys lose too much (AutoAWQ skips them). */
  public boolean clipped() {
    return clipped;
  }

  /** Output features. */
  public int rows(ModelConfig config) {
    return switch (this) {
      case QUERY -> config.heads() * config.headDimension();
      case KEY, VALUE -> config.kvHeads() * config.headDimension();
      case ATTENTION_OUT, DOWN -> config.hidden();
      case GATE, UP -> config.intermediate();
    };
  }

  /** Input channels. */
  public int columns(ModelConfig config) {
    return role.channels(config);
  }
}
