package dev.foresight.regenerate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.foresight.InputException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Scores by hand: score = t · log-probability − s · |surprise − the source's|. */
class CompetitionTest {
  private static final Competition EVEN = new Competition(1, 1, 8, false);

  private static Candidate candidate(int number, double logProbability, double surprise) {
    return new Candidate(number, "text", 20, true, logProbability, surprise, 0, 0, 0);
  }

  @Test
  void likelyToTheTeacherAndAsSurprisingAsTheSourceWins() {
    List<Candidate> all =
        List.of(
            candidate(0, -1.0, 2.0), // −1 − 1 = −2
            candidate(1, -1.5, 3.1), // −1.5 − 0.1 = −1.6
            candidate(2, -0.5, 5.0)); // −0.5 − 2 = −2.5
    assertThat(EVEN.winner(all, 3)).hasValue(all.get(1));
    assertThat(EVEN.score(all.get(1), 3)).isCloseTo(-1.6, within(1e-12));
    assertThat(new Competition(1, 0, 8, false).winner(all, 3)).hasValue(all.get(2));
    assertThat(new Competition(0, 1, 8, false).winner(all, 2)).hasValue(all.get(0));
  }

  @Test
  void firstOfEqualsWins() {
    List<Candidate> all = List.of(candidate(0, -1, 3), candidate(1, -1, 3));
    assertThat(EVEN.winner(all, 3)).hasValue(all.get(0));
  }

  @Test
  void sourceTooShortToSurpriseLeavesTheTeacherToDecide() {
    List<Candidate> all = List.of(candidate(0, -1, 3), candidate(1, -0.9, 9));
    assertThat(EVEN.winner(all, Double.NaN)).hasValue(all.get(1));
  }

  @ParameterizedTest
  @CsvSource({
    "'  ',  20, true,  3, 0,   0,   0,   empty",
    "text,   7, true,  3, 0,   0,   0,   short",
    "text,  20, true,  NaN, 0, 0,   0,   short",
    "text,  20, false, 3, 0,   0,   0,   cut off",
    "As an AI I won't, 20, true, 3, 0, 0, 0, refusal",
    "text,  20, true,  3, 0,   0,   0.3, script",
    "text,  20, true,  3, 0.4, 0,   0,   repetition",
    "text,  20, true,  3, 0,   0.6, 0,   copied"
  })
  void candidateWithAFaultIsOut(
      String text,
      int tokens,
      boolean ended,
      double surprise,
      double repetition,
      double copied,
      double foreign,
      String fault) {
    Candidate bad =
        new Candidate(0, text, tokens, ended, -0.1, surprise, repetition, copied, foreign);
    assertThat(EVEN.fault(bad)).hasValue(fault);
    Candidate good = candidate(1, -5, 9);
    assertThat(EVEN.fault(good)).isEmpty();
    assertThat(EVEN.winner(List.of(bad, good), 3)).hasValue(good);
    assertThat(EVEN.winner(List.of(bad), 3)).isEmpty();
  }

  @Test
  void textThatContinuesMayBeCutOff() {
    Candidate cut = new Candidate(0, "text", 20, false, -1, 3, 0, 0, 0);
    assertThat(new Competition(1, 1, 8, true).fault(cut)).isEmpty();
  }

  @Test
  void negativeOrUnknownWeightsAreRefused() {
    assertThatThrownBy(() -> new Competition(-1, 1, 8, false))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith("--teacher-weight -1.0 and --surprise-weight 1.0");
    assertThatThrownBy(() -> new Competition(1, Double.NaN, 8, false))
        .isInstanceOf(InputException.class);
  }
}
