package dev.foresight.regenerate;

import dev.foresight.InputException;
import dev.foresight.Words;
import java.io.Serializable;
import java.util.List;
import java.util.Optional;

/**
 * Which candidate of a source wins. Those with a fault are out; of the others the one that is most
 * likely to the teacher and as surprising to the target as the source was: neither trivial nor
 * noise.
 *
 * <p>score = t · (mean log-probability under the teacher) − s · |surprise − the source's|
 *
 * @param teacherWeight t
 * @param surpriseWeight s
 * @param minTokens fewer are too short
 * @param cutOff whether a text may be cut off by the bound of tokens
 */
public record Competition(
    double teacherWeight, double surpriseWeight, int minTokens, boolean cutOff)
    implements Serializable {
  private static final double MOST_REPEATED = 0.3;
  private static final double MOST_COPIED = 0.5;
  private static final double MOST_FOREIGN = 0.2;

  public Competition {
    if (!(teacherWeight >= 0 && surpriseWeight >= 0)) {
      throw new InputException(
          Words.format(
              "--teacher-weight %s and --surprise-weight %s must not be negative.",
              teacherWeight, surpriseWeight));
    }
  }

  /** Why a candidate is out, if it is. */
  public Optional<String> fault(Candidate candidate) {
    if (candidate.text().isBlank()) {
      return Optional.of("empty");
    }
    if (candidate.tokens() < minTokens || Double.isNaN(candidate.surprise())) {
      return Optional.of("short");
    }
    if (!cutOff && !candidate.ended()) {
      return Optional.of("cut off");
    }
    if (Features.refuses(candidate.text())) {
      return Optional.of("refusal");
    }
    if (candidate.foreign() > MOST_FOREIGN) {
      return Optional.of("script");
    }
    if (candidate.repetition() > MOST_REPEATED) {
      return Optional.of("repetition");
    }
    return candidate.copied() > MOST_COPIED ? Optional.of("copied") : Optional.empty();
  }

  /**
   * What a candidate without fault is worth.
   *
   * @param source surprise of the source
   */
  public double score(Candidate candidate, double source) {
    double away = Double.isNaN(source) ? 0 : Math.abs(candidate.surprise() - source);
    return teacherWeight * candidate.logProbability() - surpriseWeight * away;
  }

  /** The winner, the first of equals; nothing if all have a fault. */
  public Optional<Candidate> winner(List<Candidate> candidates, double source) {
    Candidate best = null;
    for (Candidate candidate : candidates) {
      if (fault(candidate).isEmpty()
          && (best == null || score(candidate, source) > score(best, source))) {
        best = candidate;
      }
    }
    return Optional.ofNullable(best);
  }
}
