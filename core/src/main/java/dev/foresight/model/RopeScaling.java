package dev.foresight.model;

/**
 * How rotary angles change for contexts longer than the first training saw. All arithmetic is in
 * fp32 and in the order of transformers 5.23, {@code modeling_rope_utils.py}.
 */
public sealed interface RopeScaling {
  /** The angle per position that replaces {@code inverse}, in radians. */
  float apply(float inverse);

  /** Kind {@code default}: angles stay as they are. */
  record None() implements RopeScaling {
    @Override
    public float apply(float inverse) {
      return inverse;
    }
  }

  /**
   * Kind {@code linear}: all positions move closer together.
   *
   * @param factor how much longer the context became
   */
  record Linear(double factor) implements RopeScaling {
    @Override
    public float apply(float inverse) {
      return inverse / (float) factor;
    }
  }

  /**
   * Kind {@code llama3}: slow angles are divided, fast ones kept, those between blended.
   *
   * @param factor how much longer the context became
   * @param low periods above {@code originalPositions / low} are divided
   * @param high periods below {@code originalPositions / high} are kept
   * @param originalPositions context length of the first training, in tokens
   */
  record Llama3(double factor, double low, double high, int originalPositions)
      implements RopeScaling {
    @Override
    public float apply(float inverse) {
      float period = (float) (2 * Math.PI) / inverse;
      if (period > (float) (originalPositions / low)) {
        return inverse / (float) factor;
      }
      if (period < (float) (originalPositions / high)) {
        return inverse;
      }
      float smooth = (originalPositions / period - (float) low) / (float) (high - low);
      return (1 - smooth) * inverse / (float) factor + smooth * inverse;
    }
  }
}
