package dev.foresight.quantize.fold;

/**
 * A norm whose weight is divided by the scale.
 *
 * @param norm path of the norm within the block, for example {@code input_layernorm}; its tensors
 *     are {@code norm + ".weight"} and, for a LayerNorm, {@code norm + ".bias"}
 * @param offset what the model adds to the stored weight: 0, or 1 for Gemma
 */
public record NormFold(String norm, float offset) implements Fold {
  public String weight() {
    return norm + ".weight";
  }

  public String bias() {
    return norm + ".bias";
  }
}
