package dev.foresight.generate;

import java.io.Serializable;

/**
 * What a model wrote behind a prompt.
 *
 * @param tokens ids, the stop token at the end among them
 * @param logProbabilities of each token under the model itself, before temperature and filters,
 *     natural logarithm
 * @param end why it ended
 */
@SuppressWarnings("ArrayRecordComponent") // written and dropped, never compared
public record Continuation(int[] tokens, float[] logProbabilities, End end)
    implements Serializable {
  /** Why a text ends. */
  public enum End {
    /** The model gave a stop token. */
    STOP,
    /** There was no room for more. */
    LENGTH
  }

  /** Mean of {@code logProbabilities}. */
  public double meanLogProbability() {
    double sum = 0;
    for (float logProbability : logProbabilities) {
      sum += logProbability;
    }
    return sum / logProbabilities.length;
  }
}
