package dev.foresight.jobs.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.foresight.study.CellScores;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What a study says on the console: the numbers of {@link SmallStudy}, in any language. */
class StudySummaryTest {
  private static List<String> lines;

  @BeforeAll
  static void printWhereNumbersHaveCommas() {
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.GERMANY); // writes 0,5 and 1.234
    try {
      StringWriter text = new StringWriter();
      new StudySummary(new PrintWriter(text)).print(SmallStudy.outcome(List.of()), "out");
      lines = text.toString().lines().map(line -> line.strip().replaceAll(" +", " ")).toList();
    } finally {
      Locale.setDefault(before);
    }
  }

  /** exp((ln 8 + ln 2) / 2) = 4, of the float model sqrt(6.25 * 1) = 2.5. */
  @Test
  void perplexityIsTheGeometricMeanOverDomains() {
    var scores = SmallStudy.cells().get(SmallStudy.FAQ);
    assertThat(StudySummary.perplexity(scores, CellScores::perplexity)).isCloseTo(4, within(1e-12));
    assertThat(StudySummary.mean(scores, CellScores::topAgreement)).isCloseTo(0.8, within(1e-12));
  }

  /** faq's 0.15 is half of awq's 0.3. */
  @Test
  void tableComparesMethodsWithTheFloatModelAndWithOneOfThem() {
    assertThat(lines)
        .contains(
            "3 bits, calibrated on everything, judged on code, legal",
            "float 2.5000 0.00000 100.00% 10,000,000",
            "awq 4.0000 0.30000 80.00% 1,234,567",
            "faq 4.0000 0.15000 80.00% -50.0 % [-50.0, -50.0] 1,234,567 12.3");
  }

  @Test
  void matrixHasARowForEverythingThatWasCalibratedOn() {
    assertThat(lines)
        .contains(
            "method calibrated on code legal mean",
            "awq legal 0.50000 0.70000 0.60000",
            "faq all 0.10000 0.20000 0.15000",
            "faq first 4 0.10500 0.20500 0.15500");
  }

  /**
   * faq on one shard: (0.1 + 0.3 + 0.2 + 0.1) / 4 = 0.175, a sixth above 0.15; at home 0.1, away
   * (0.2 + 0.3) / 2 = 0.25; means 0.2 and 0.15 of the two shards deviate by 0.05 / sqrt(2).
   */
  @Test
  void penaltiesAreSharesOfTheDivergence() {
    assertThat(lines)
        .contains(
            "faq: one shard instead of all costs +16.7 % [+16.7, +16.7] of KL",
            "faq: a foreign shard instead of the home one +150.0 % [+150.0, +150.0] of KL",
            "faq: standard deviation over the shards calibrated on 0.03536 [0.03536, 0.03536]",
            "awq: one shard instead of all costs +75.0 % [+75.0, +75.0] of KL");
  }

  /** 0.175 against (0.1 + 0.8 + 0.5 + 0.7) / 4 = 0.525. */
  @Test
  void comparisonsAreOfTheSameParts() {
    assertThat(lines)
        .contains(
            "faq against awq, pooled: -50.0 % [-50.0, -50.0]",
            "faq against awq, biased: -66.7 % [-66.7, -66.7]",
            "faq against awq, spread shards: -66.7 % [-66.7, -66.7]")
        .noneMatch(line -> line.startsWith("awq against"));
  }

  /** 0.155 is 3.3 % above 0.15, less than the 5 % that are enough. */
  @Test
  void fewestSequencesThatAreEnoughAreNamed() {
    assertThat(lines)
        .contains(
            "faq on the first 2 sequences of each shard: +100.0 % [+100.0, +100.0] against all of them",
            "faq on the first 4 sequences of each shard: +3.3 % [+3.3, +3.3] against all of them",
            "faq: 4 sequences of each shard are enough: more would gain less than 5 %");
  }

  @Test
  void runSaysHowLongEachVariantTook() throws IOException {
    var run = StudySummary.run(3.5, SmallStudy.outcome(List.of()));
    assertThat(run.at("/seconds").asDouble()).isEqualTo(3.5);
    assertThat(run.path("quantize_seconds").path("faq 3 bits, calibrated on all").asDouble())
        .isEqualTo(12.34);
    assertThat(run.path("quantize_seconds").size()).as("the others were there").isEqualTo(1);
  }
}
