package dev.foresight.quantize.plan;

import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.model.Role;

/**
 * What is searched for each role and linear before it is rounded.
 *
 * @param scale whether a scale per channel is searched; else all scales are 1
 * @param weightTerm whether candidates also divide by the mean relative magnitude of the weights
 * @param loss what decides
 * @param steps how the step of each group is chosen
 * @param rounding how weights become codes then
 * @param scaleAttentionOutput whether attention_output gets a scale as well
 * @param candidates exponents α tried: 0 (s ≡ 1), 1/candidates, 2/candidates … below 1
 * @param finalists how many of them are compared again after the diagonal loss of whole ranges:
 *     under the sampled loss, and under weighted steps where those are searched
 */
public record SearchSettings(
    boolean scale,
    boolean weightTerm,
    Loss loss,
    Steps steps,
    RoundingSettings rounding,
    boolean scaleAttentionOutput,
    int candidates,
    int finalists)
    implements java.io.Serializable {
  public SearchSettings {
    if (candidates < 1) {
      throw new InputException(
          Words.format("%d search candidates are too few: choose 1 or more.", candidates));
    }
    if (finalists < 1) {
      throw new InputException(
          Words.format("%d search finalists are too few: choose 1 or more.", finalists));
    }
  }

  /** Round to nearest: nothing is searched and no statistics are needed. */
  public static SearchSettings rtn() {
    return new SearchSettings(
        false, false, Loss.DIAGONAL, Steps.RANGE, RoundingSettings.nearest(), false, 20, 6);
  }

  /** Round to nearest with steps searched under E[x²], as llama.cpp does with an imatrix. */
  public static SearchSettings rtnWeighted() {
    return new SearchSettings(
        false, false, Loss.DIAGONAL, Steps.WEIGHTED, RoundingSettings.nearest(), false, 20, 6);
  }

  /** AWQ (arXiv 2306.00978), which leaves attention_output unscaled under grouped heads. */
  public static SearchSettings awq() {
    return new SearchSettings(
        true, false, Loss.SAMPLED, Steps.CLIP, RoundingSettings.nearest(), false, 20, 6);
  }

  /** The search under fused importance, all roles. */
  public static SearchSettings faq() {
    return new SearchSettings(
        true, false, Loss.SAMPLED, Steps.CLIP, RoundingSettings.nearest(), true, 20, 6);
  }

  /**
   * Codes that compensate each other under the sampled rows, with steps searched there first; no
   * scales, which add nothing to that.
   */
  public static SearchSettings foresight() {
    return new SearchSettings(
        false, false, Loss.SAMPLED, Steps.CLIP, RoundingSettings.compensated(), false, 20, 6);
  }

  /** These settings with another loss. */
  public SearchSettings withLoss(Loss other) {
    return new SearchSettings(
        scale, weightTerm, other, steps, rounding, scaleAttentionOutput, candidates, finalists);
  }

  /** These settings with another way from weights to codes. */
  public SearchSettings withRounding(RoundingSettings other) {
    return new SearchSettings(
        scale, weightTerm, loss, steps, other, scaleAttentionOutput, candidates, finalists);
  }

  /** These settings with the ranges of groups searched or taken as they are. */
  public SearchSettings withClip(boolean clip) {
    return withSteps(clip ? Steps.CLIP : Steps.RANGE);
  }

  /** These settings with another choice of steps. */
  public SearchSettings withSteps(Steps other) {
    return new SearchSettings(
        scale, weightTerm, loss, other, rounding, scaleAttentionOutput, candidates, finalists);
  }

  /** These settings with or without the weight term. */
  public SearchSettings withWeightTerm(boolean other) {
    return new SearchSettings(
        scale, other, loss, steps, rounding, scaleAttentionOutput, candidates, finalists);
  }

  /** These settings with attention_output scaled or not. */
  public SearchSettings withScaleAttentionOutput(boolean other) {
    return new SearchSettings(
        scale, weightTerm, loss, steps, rounding, other, candidates, finalists);
  }

  /** Whether a role gets a scale. */
  public boolean scales(Role role) {
    return scale && (scaleAttentionOutput || role != Role.ATTENTION_OUTPUT);
  }

  /** Sampled rows that a search sees where nothing else is said. */
  public int usualRows() {
    return rounding.compensates() ? 4096 : 512;
  }

  /** Whether a role needs statistics at all. */
  public boolean needsStatistics() {
    return scale || steps != Steps.RANGE || rounding.compensates();
  }
}
