package dev.foresight.regenerate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Shares counted by hand. */
class FeaturesTest {
  /** Runs of four: 1234, 2341, 3412, 4123, 1234: the last stood before. */
  @Test
  void repetitionIsTheShareOfRunsThatStoodBefore() {
    assertThat(Features.repetition(1, 2, 3, 4, 1, 2, 3, 4)).isCloseTo(1 / 5.0, within(1e-12));
    assertThat(Features.repetition(1, 2, 3, 4, 5, 6, 7, 8)).isZero();
  }

  /** Of ones there are 17 runs, all alike: 16 of them stood before. */
  @Test
  void oneTokenOverAndOverIsNearlyAllRepetition() {
    assertThat(Features.repetition(new int[20])).isCloseTo(16 / 17.0, within(1e-12));
  }

  @Test
  void textShorterThanARunRepeatsAndCopiesNothing() {
    assertThat(Features.repetition(1, 1, 1)).isZero();
    assertThat(Features.copied(new int[] {1, 1, 1}, new int[] {1, 1, 1})).isZero();
  }

  /** Runs of eight of 0…8 are 0…7 and 1…8; the prompt has the first. */
  @Test
  void copiedIsTheShareOfRunsThatThePromptHas() {
    int[] prompt = {0, 1, 2, 3, 4, 5, 6, 7, 99};
    int[] text = {0, 1, 2, 3, 4, 5, 6, 7, 8};
    assertThat(Features.copied(prompt, text)).isEqualTo(0.5);
  }

  /** Tokens 1, 12 and 11, 2 read alike without something between them. */
  @Test
  void runsOfOtherTokensAreOtherRuns() {
    int[] prompt = {1, 12, 3, 4, 5, 6, 7, 8};
    int[] text = {11, 2, 3, 4, 5, 6, 7, 8};
    assertThat(Features.copied(prompt, text)).isZero();
  }

  @Test
  void lettersOfAScriptThatTheSourceLacksAreForeign() {
    assertThat(Features.foreign("plain English", "да no")).isEqualTo(0.5);
    assertThat(Features.foreign("English и русский вместе", "да no")).isZero();
  }

  /** One Greek letter among 21 is less than five per cent of the source. */
  @Test
  void scriptOfALetterOrTwoIsNoneOfTheSource() {
    assertThat(Features.foreign("twenty latin letters αa", "αβ")).isEqualTo(1);
  }

  @Test
  void textWithoutLettersIsOfNoScript() {
    assertThat(Features.foreign("1 + 1", "да")).isZero();
    assertThat(Features.foreign("one", "1 + 1 = 2")).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "I'm sorry, but I can't help with that.",
        "As an AI, I have no opinion.",
        "As a language model I do not know.",
        "Unfortunately I cannot provide the text."
      })
  void refusalsAreKnownByTheirOpening(String text) {
    assertThat(Features.refuses(text)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "The airline said it cannot help passengers.",
        "I can see it.",
        "Assistance: none"
      })
  void whatOnlyReadsSimilarIsNoRefusal(String text) {
    assertThat(Features.refuses(text)).isFalse();
  }

  @Test
  void refusalThatIsQuotedFurtherDownIsNone() {
    assertThat(Features.refuses("a story ".repeat(30) + "I'm sorry, he said")).isFalse();
  }
}
