package dev.foresight.importance;

import dev.foresight.InputException;
import dev.foresight.Words;

/**
 * The future window: how far, how much and in what form a block's importance looks at the blocks
 * after it (Future-Aware Quantization, arXiv 2602.02538).
 *
 * @param blend γ, the share of the block's own statistic, 0 to 1; 1 looks at no other block
 * @param blocks w, how many blocks ahead; fewer are used near the end of the model
 * @param weights β, how those blocks share the rest
 * @param normalization ν, what is blended
 * @param roles the roles that look ahead
 */
public record Window(
    double blend, int blocks, Weights weights, Normalization normalization, Roles roles)
    implements java.io.Serializable {
  public Window {
    if (!(blend >= 0 && blend <= 1)) {
      throw new InputException(
          Words.format(
              "--window-blend %s is out of range: choose 0 to 1, where 1 looks at no other block.",
              blend));
    }
    if (blocks < 0) {
      throw new InputException(
          Words.format(
              "--window-blocks %d is negative: choose how many blocks to look ahead, or 0 for none.",
              blocks));
    }
    if (weights == null) {
      throw new InputException("--window-weights is missing: choose uniform or geometric:0.5.");
    }
    if (normalization == null) {
      throw new InputException("--window-normalization is missing: choose none, mean or log.");
    }
    if (roles == null) {
      throw new InputException("--window-roles is missing: choose all or residual.");
    }
  }

  /** What is used for a model that nothing was searched for. */
  public static Window fallback() {
    return new Window(0.85, 3, Weights.UNIFORM, Normalization.LOG, Roles.ALL);
  }

  /** No window: importance is the raw statistic, as AWQ (arXiv 2306.00978) has it. */
  public static Window none() {
    return new Window(1, 0, Weights.UNIFORM, Normalization.NONE, Roles.ALL);
  }
}
