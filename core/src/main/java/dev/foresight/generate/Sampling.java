package dev.foresight.generate;

import dev.foresight.InputException;
import dev.foresight.Words;
import java.io.Serializable;

/**
 * How the next token is chosen, in the order in which transformers applies it: repetition penalty,
 * temperature, top-k, top-p, min-p.
 *
 * @param temperature what logits are divided by; 0 takes the likeliest token, and then nothing of
 *     what follows counts but the penalty
 * @param topK so many of the likeliest tokens stay; 0 for all
 * @param topP the likeliest tokens stay whose probabilities sum to it (nucleus sampling, Holtzman
 *     et al. 2020); 1 for all
 * @param minP tokens stay that are at least so likely, relative to the likeliest (Nguyen et al.
 *     2024); 0 for all
 * @param repetitionPenalty what positive logits of tokens that were there are divided by, and
 *     negative ones multiplied (Keskar et al. 2019); 1 for none
 */
public record Sampling(
    double temperature, int topK, double topP, double minP, double repetitionPenalty)
    implements Serializable {
  /** The likeliest token each time. */
  public static final Sampling GREEDY = new Sampling(0, 0, 1, 0, 1);

  public Sampling {
    require(
        temperature >= 0 && temperature < Double.POSITIVE_INFINITY,
        "--temperature",
        "0 or more",
        temperature);
    require(topK >= 0, "--top-k", "0 or more", topK);
    require(topP > 0 && topP <= 1, "--top-p", "above 0 and at most 1", topP);
    require(minP >= 0 && minP <= 1, "--min-p", "between 0 and 1", minP);
    require(
        repetitionPenalty > 0 && repetitionPenalty < Double.POSITIVE_INFINITY,
        "--repetition-penalty",
        "above 0",
        repetitionPenalty);
  }

  private static void require(boolean holds, String option, String range, Number value) {
    if (!holds) {
      throw new InputException(Words.format("%s is %s, but must be %s.", option, value, range));
    }
  }

  /** Whether chance has a part in it. */
  public boolean random() {
    return temperature > 0;
  }
}
