package dev.foresight.model;

/**
 * A root-mean-square norm.
 *
 * @param path its name inside the block, or in the checkpoint for the final norm
 * @param offset what is added to the stored weight before it multiplies: 0 for Llama, 1 for Gemma
 */
public record NormSpec(String path, int offset) {
  /** Name of the weight, for example {@code input_layernorm.weight}. */
  public String weight() {
    return path + ".weight";
  }
}
