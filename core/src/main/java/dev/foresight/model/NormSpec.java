package dev.foresight.model;

/**
 * A root-mean-square norm.
 *
 * @param path its name inside the block, or in the checkpoint for the final norm
 * @param offset what is added to the stored weight before it multiplies: 0 for Llama, 1 for Gemma
 * @param width what it norms
 */
public record NormSpec(String path, int offset, Width width) {
  /** What is normed together. */
  public enum Width {
    /** The residual stream, or what is added to it. */
    HIDDEN,
    /** One head of the queries or keys. */
    HEAD
  }

  /** A norm of the residual stream, or of what is added to it. */
  public NormSpec(String path, int offset) {
    this(path, offset, Width.HIDDEN);
  }

  /** Name of the weight, for example {@code input_layernorm.weight}. */
  public String weight() {
    return path + ".weight";
  }

  /** Channels of the weight. */
  public int size(ModelConfig config) {
    return width == Width.HIDDEN ? config.hidden() : config.headDimension();
  }
}
