package dev.foresight.evaluate.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class TaskResultTest {
  private static List<PromptScore> sums(double... sums) {
    return Arrays.stream(sums).mapToObj(sum -> new PromptScore(sum, false)).toList();
  }

  @Test
  void normalizedSumsMayChooseAnother() {
    // evaluation protocol: -6.0 for "red", -7.5 for "dark red"; -2.0 and -0.9375 by character
    Document document = Document.choices(1, "c", List.of("red", "dark red"), 1);
    TaskResult result = TaskResult.of(Task.PIQA, List.of(document), List.of(sums(-6.0, -7.5)));
    assertThat(result.rows().get(0).predicted()).isZero();
    assertThat(result.rows().get(0).predictedNorm()).isOne();
    assertThat(result.acc().value()).isZero();
    assertThat(result.accNorm().orElseThrow().value()).isOne();
  }

  @Test
  void standardErrorIsThatOfTheSampleMean() {
    Document document = Document.choices(1, "c", List.of("a", "b"), 0);
    TaskResult result =
        TaskResult.of(
            Task.BOOLQ,
            List.of(document, document, document, document),
            List.of(sums(-1, -2), sums(-1, -2), sums(-1, -2), sums(-2, -1)));
    assertThat(result.acc().value()).isEqualTo(0.75);
    // numpy: np.std([1, 1, 1, 0], ddof=1) / 2
    assertThat(result.acc().standardError()).isCloseTo(0.25, within(1e-12));
    assertThat(result.accNorm()).isEmpty();
  }

  @Test
  void firstOfEqualSumsIsChosen() {
    Document document = Document.choices(1, "c", List.of("a", "b", "d"), 1);
    TaskResult result = TaskResult.of(Task.PIQA, List.of(document), List.of(sums(-3, -2, -2)));
    assertThat(result.rows().get(0).predicted()).isOne();
  }

  @Test
  void lastWordCountsWhereEveryTokenIsTheMostLikely() {
    Document document = Document.exact(1, "c", " word");
    TaskResult result =
        TaskResult.of(
            Task.LAMBADA,
            List.of(document, document),
            List.of(List.of(new PromptScore(-1, true)), List.of(new PromptScore(-3, false))));
    assertThat(result.acc().value()).isEqualTo(0.5);
    assertThat(result.perplexity().orElseThrow()).isCloseTo(Math.exp(2), within(1e-12));
  }
}
