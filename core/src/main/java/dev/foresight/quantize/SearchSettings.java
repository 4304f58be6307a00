package dev.foresight.quantize;

import dev.foresight.InputException;
import dev.foresight.model.Role;

/**
 * What is searched for each role and linear before it is rounded.
 *
 * @param scale whether a scale per channel is searched; else all scales are 1
 * @param weightTerm whether candidates also divide by the mean relative magnitude of the weights
 * @param loss what decides
 * @param clip whether the range of each group is searched
 * @param scaleAttentionOutput whether attention_output gets a scale as well
 * @param candidates exponents α tried: 0 (s ≡ 1), 1/candidates, 2/candidates … below 1
 * @param finalists how many of them the sampled loss compares after the diagonal one
 */
public record SearchSettings(
    boolean scale,
    boolean weightTerm,
    Loss loss,
    boolean clip,
    boolean scaleAttentionOutput,
    int candidates,
    int finalists)
    implements java.io.Serializable {
  public SearchSettings {
    if (candidates < 1) {
      throw new InputException(
          "%d search candidates are too few: choose 1 or more.".formatted(candidates));
    }
    if (finalists < 1) {
      throw new InputException(
          "%d search finalists are too few: choose 1 or more.".formatted(finalists));
    }
  }

  /** Round to nearest: nothing is searched and no statistics are needed. */
  public static SearchSettings rtn() {
    return new SearchSettings(false, false, Loss.DIAGONAL, false, false, 20, 6);
  }

  /** AWQ (arXiv 2306.00978), which leaves attention_output unscaled under grouped heads. */
  public static SearchSettings awq() {
    return new SearchSettings(true, false, Loss.SAMPLED, true, false, 20, 6);
  }

  /** The search under fused importance, all roles. */
  public static SearchSettings faq() {
    return new SearchSettings(true, false, Loss.SAMPLED, true, true, 20, 6);
  }

  /** These settings with another loss. */
  public SearchSettings withLoss(Loss other) {
    return new SearchSettings(
        scale, weightTerm, other, clip, scaleAttentionOutput, candidates, finalists);
  }

  /** These settings with or without clip. */
  public SearchSettings withClip(boolean other) {
    return new SearchSettings(
        scale, weightTerm, loss, other, scaleAttentionOutput, candidates, finalists);
  }

  /** These settings with or without the weight term. */
  public SearchSettings withWeightTerm(boolean other) {
    return new SearchSettings(
        scale, other, loss, clip, scaleAttentionOutput, candidates, finalists);
  }

  /** These settings with attention_output scaled or not. */
  public SearchSettings withScaleAttentionOutput(boolean other) {
    return new SearchSettings(scale, weightTerm, loss, clip, other, candidates, finalists);
  }

  /** Whether a role gets a scale. */
  boolean scales(Role role) {
    return scale && (scaleAttentionOutput || role != Role.ATTENTION_OUTPUT);
  }

  /** Whether a role needs statistics at all. */
  boolean needsStatistics() {
    return scale || clip;
  }
}
