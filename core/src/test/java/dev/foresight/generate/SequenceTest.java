package dev.foresight.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Set;
import org.junit.jupiter.api.Test;

/** A vocabulary of four tokens whose logits are logarithms of 1, 2, 3 and 4: probabilities n/10. */
class SequenceTest {
  private static final float[] TENTHS = {
    0, (float) Math.log(2), (float) Math.log(3), (float) Math.log(4)
  };
  private static final double NEAR = 1e-6;

  private static Generator.Settings settings(Sampling sampling, Integer... stops) {
    return new Generator.Settings(sampling, 3, 2, 9, Set.of(stops), 2);
  }

  private static void extend(Sequence sequence, Generator.Settings settings, float... logits) {
    sequence.extend(new Sampler(settings.sampling(), settings.seed()), settings, logits);
  }

  private static Sequence sequence(int room, int... prompt) {
    return new Sequence(new Prompt("a", prompt), 0, room);
  }

  @Test
  void tokensOfThePromptStandBeforeThoseThatAreWritten() {
    Sequence sequence = sequence(5, 1, 2);
    assertThat(sequence.length()).isEqualTo(2);
    assertThat(sequence.last()).isEqualTo(2);
    extend(sequence, settings(Sampling.GREEDY), TENTHS);
    assertThat(sequence.tokens()).containsExactly(1, 2, 3);
    assertThat(sequence.last()).isEqualTo(3);
    assertThat(sequence.ended()).isFalse();
  }

  @Test
  void continuationIsWithoutThePromptAndHasTheModelsOwnProbabilities() {
    Sequence sequence = sequence(4, 1, 2);
    extend(sequence, settings(Sampling.GREEDY), TENTHS);
    extend(sequence, settings(Sampling.GREEDY), 5, 5, 5, 5); // the first of equal ones
    Continuation written = sequence.continuation();
    assertThat(written.tokens()).containsExactly(3, 0);
    assertThat(written.logProbabilities()[0]).isCloseTo((float) Math.log(0.4), within(1e-6f));
    assertThat(written.logProbabilities()[1]).isCloseTo((float) Math.log(0.25), within(1e-6f));
    assertThat(written.meanLogProbability())
        .isCloseTo((Math.log(0.4) + Math.log(0.25)) / 2, within(NEAR));
  }

  @Test
  void sequenceWithoutRoomHasEndedByLength() {
    Sequence sequence = sequence(3, 1);
    extend(sequence, settings(Sampling.GREEDY), TENTHS);
    assertThat(sequence.ended()).isFalse();
    extend(sequence, settings(Sampling.GREEDY), TENTHS);
    assertThat(sequence.ended()).isTrue();
    assertThat(sequence.continuation().end()).isEqualTo(Continuation.End.LENGTH);
  }

  @Test
  void stopTokenInTheLastPlaceIsAStop() {
    Sequence sequence = sequence(2, 1);
    extend(sequence, settings(Sampling.GREEDY, 3), TENTHS);
    assertThat(sequence.continuation().end()).isEqualTo(Continuation.End.STOP);
    assertThat(sequence.continuation().tokens()).containsExactly(3);
  }

  @Test
  void stopTokenOfThePromptEndsNothing() {
    Sequence sequence = sequence(5, 3, 3);
    assertThat(sequence.ended()).isFalse();
    extend(sequence, settings(Sampling.GREEDY, 1), TENTHS);
    assertThat(sequence.ended()).isFalse();
  }

  /** Halved, token 3 falls from ln 4 to ln 2 and behind token 2 with ln 3; then 2 falls too. */
  @Test
  void tokensOfThePromptAndThoseWrittenAreRepetitions() {
    Generator.Settings penalty = settings(new Sampling(0, 0, 1, 0, 2));
    Sequence sequence = sequence(5, 3);
    extend(sequence, penalty, TENTHS);
    extend(sequence, penalty, TENTHS);
    assertThat(sequence.tokens()).startsWith(3, 2).doesNotHaveDuplicates();
    assertThat(sequence.continuation().logProbabilities()[0])
        .as("before the penalty")
        .isCloseTo((float) Math.log(0.3), within(1e-6f));
  }

  @Test
  void manyTokensKeepAllTheirProbabilities() {
    Sequence sequence = sequence(41, 0);
    for (int i = 0; i < 40; i++) {
      float[] logits = new float[4];
      logits[i % 4] = (float) Math.log(1 + i); // (1 + i) / (4 + i)
      extend(sequence, settings(Sampling.GREEDY), logits);
    }
    float[] found = sequence.continuation().logProbabilities();
    assertThat(found).hasSize(40);
    for (int i = 1; i < 40; i++) {
      assertThat(found[i]).isCloseTo((float) Math.log((1.0 + i) / (4 + i)), within(1e-5f));
    }
  }

  /** Of the same prompt another candidate meets another chance, the same one the same. */
  @Test
  void chanceIsThatOfPromptCandidateAndPlace() {
    Generator.Settings warm = settings(new Sampling(1, 0, 1, 0, 1));
    int[][] texts = new int[3][];
    int[] candidates = {0, 0, 1};
    for (int i = 0; i < texts.length; i++) {
      Sequence sequence = new Sequence(new Prompt("a", new int[] {1}), candidates[i], 41);
      while (!sequence.ended()) {
        extend(sequence, warm, TENTHS);
      }
      texts[i] = sequence.tokens();
    }
    assertThat(texts[1]).isEqualTo(texts[0]);
    assertThat(texts[2]).isNotEqualTo(texts[0]);
  }

  @Test
  void promptIsBoundBySettingsAloneUnlessItSaysOtherwise() {
    assertThat(new Prompt("a", new int[] {1}).most()).isEqualTo(Integer.MAX_VALUE);
    assertThat(new Prompt("a", new int[] {1}, 7).most()).isEqualTo(7);
  }
}
