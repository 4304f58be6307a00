package dev.foresight.model;

/**
 * One linear of a block.
 *
 * @param part what it is for
 * @param path its name inside the block, for example {@code self_attn.q_proj}
 */
public record LinearSpec(Part part, String path) {
  /** The input it reads. */
  public Role role() {
    return part.role();
  }

  /** Whether the clip search may touch it. */
  public boolean clipped() {
    return part.clipped();
  }

  /** Output features. */
  public int rows(ModelConfig config) {
    return part.rows(config);
  }

  /** Input channels. */
  public int columns(ModelConfig config) {
    return part.columns(config);
  }

  /** Name of the weight inside the block, for example {@code self_attn.q_proj.weight}. */
  public String weight() {
    return path + ".weight";
  }
}
