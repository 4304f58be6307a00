package dev.foresight.evaluate;

import dev.foresight.Words;
import java.io.Serializable;

/**
 * Scores of one window, per position that predicts a token of the window: P = length - 1.
 *
 * @param loss negative log-likelihood of the next token, natural logarithm, [P]
 * @param referenceLoss the same of the reference, empty without one
 * @param divergence Kullback-Leibler divergence from the reference, in nats, [P]; empty without one
 * @param agreements positions at which model and reference find the same token most likely
 */
@SuppressWarnings("ArrayRecordComponent") // travels once, never compared
public record WindowScores(float[] loss, float[] referenceLoss, float[] divergence, int agreements)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  public WindowScores {
    if (loss.length == 0
        || referenceLoss.length != divergence.length
        || (divergence.length != 0 && divergence.length != loss.length)) {
      throw new IllegalArgumentException(
          Words.format("%d losses, %d reference losses and %d divergences are of different windows", loss.length, referenceLoss.length, divergence.length));
    }
  }

  /** Whether there was a reference. */
  public boolean compared() {
    return divergence.length > 0;
  }
}
