package dev.foresight.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.foresight.InputException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What stays, against the logits processors of transformers 5.24.0 (generation_golden.py). */
class SamplerTest {
  private static final BitSet NONE = new BitSet();

  static List<JsonNode> cases() throws IOException {
    try (InputStream in = SamplerTest.class.getResourceAsStream("/generate/sampling.json")) {
      List<JsonNode> cases = new ArrayList<>();
      new ObjectMapper().readTree(in).forEach(cases::add);
      return cases;
    }
  }

  private static float[] logits(JsonNode each) {
    float[] logits = new float[each.get("logits").size()];
    for (int i = 0; i < logits.length; i++) {
      logits[i] = (float) each.get("logits").get(i).asDouble();
    }
    return logits;
  }

  private static Sampling sampling(JsonNode each) {
    return new Sampling(
        each.get("temperature").asDouble(),
        each.get("top_k").asInt(),
        each.get("top_p").asDouble(),
        each.get("min_p").asDouble(),
        each.get("repetition_penalty").asDouble());
  }

  /** The middle of each token's share of [0, 1) gives that token, the shares are transformers'. */
  @ParameterizedTest
  @MethodSource("cases")
  void numberWithinTheShareOfATokenChoosesIt(JsonNode each) {
    Sampler sampler = new Sampler(sampling(each), 0);
    BitSet seen = new BitSet();
    each.get("seen").forEach(token -> seen.set(token.asInt()));
    double before = 0;
    for (int i = 0; i < each.get("kept").size(); i++) {
      double share = each.get("probabilities").get(i).asDouble();
      for (double within : new double[] {1e-4, 0.5, 1 - 1e-4}) {
        assertThat(sampler.choose(logits(each), seen, before + within * share))
            .as("%s of token %d", within, i)
            .isEqualTo(each.get("kept").get(i).asInt());
      }
      before += share;
    }
    assertThat(before).isCloseTo(1, within(1e-9));
  }

  @Test
  void withoutTemperatureTheFirstOfTheLikeliestIsChosenWhateverChanceSays() {
    Sampler greedy = new Sampler(Sampling.GREEDY, 7);
    float[] logits = {1, 3, -2, 3};
    assertThat(greedy.choose(logits, NONE, 0.99)).isEqualTo(1);
  }

  /** 2 / 2 is less than 1.5; −1 · 2 is less than −1.5. */
  @Test
  void penaltyDividesWhatIsPositiveAndMultipliesWhatIsNegative() {
    Sampler sampler = new Sampler(new Sampling(0, 0, 1, 0, 2), 0);
    BitSet seen = new BitSet();
    seen.set(0);
    assertThat(sampler.choose(new float[] {2, 1.5f}, seen, 0)).isEqualTo(1);
    assertThat(sampler.choose(new float[] {-1, -1.5f}, seen, 0)).isEqualTo(1);
    assertThat(sampler.choose(new float[] {-1, -1.5f}, NONE, 0)).isZero();
  }

  @Test
  void penaltyLeavesTheLogitsOfTheModelAlone() {
    float[] logits = {2, 1.5f};
    BitSet seen = new BitSet();
    seen.set(0);
    new Sampler(new Sampling(0, 0, 1, 0, 2), 0).choose(logits, seen, 0);
    assertThat(logits).containsExactly(2, 1.5f);
  }

  /** e / (e + 1 + 1/e) by hand. */
  @Test
  void logProbabilityIsThatOfTheSoftmax() {
    float[] logits = {1, 0, -1};
    double sum = Math.E + 1 + 1 / Math.E;
    assertThat(Sampler.logProbability(logits, 0)).isCloseTo(1 - Math.log(sum), within(1e-12));
    assertThat(Sampler.logProbability(logits, 2)).isCloseTo(-1 - Math.log(sum), within(1e-12));
  }

  @Test
  void chanceDiffersBySeedSampleCandidateAndPositionAndByNothingElse() {
    Sampler sampler = new Sampler(Sampling.GREEDY, 1);
    double number = sampler.uniform("a", 0, 0);
    assertThat(new Sampler(Sampling.GREEDY, 1).uniform("a", 0, 0)).isEqualTo(number);
    Set<Double> all =
        new HashSet<>(
            Arrays.asList(
                number,
                sampler.uniform("b", 0, 0),
                sampler.uniform("a", 1, 0),
                sampler.uniform("a", 0, 1),
                new Sampler(Sampling.GREEDY, 2).uniform("a", 0, 0)));
    assertThat(all).hasSize(5).allMatch(u -> u >= 0 && u < 1);
  }

  /** The mean of 4,096 uniform numbers lies within 4.4 standard errors of a half. */
  @Test
  void chanceIsUniform() {
    Sampler sampler = new Sampler(Sampling.GREEDY, 3);
    double sum = 0;
    for (int i = 0; i < 4096; i++) {
      sum += sampler.uniform("sample", i % 4, i / 4);
    }
    assertThat(sum / 4096).isCloseTo(0.5, within(0.02));
  }

  @ParameterizedTest
  @CsvSource({
    "-1,0,1,0,1,--temperature is -1.0",
    "1,-1,1,0,1,--top-k is -1",
    "1,0,0,0,1,--top-p is 0.0",
    "1,0,1.1,0,1,--top-p is 1.1",
    "1,0,1,1.5,1,--min-p is 1.5",
    "1,0,1,0,0,--repetition-penalty is 0.0",
    "NaN,0,1,0,1,--temperature is NaN"
  })
  void settingOutsideItsRangeIsRefused(
      double temperature, int topK, double topP, double minP, double penalty, String message) {
    assertThatThrownBy(() -> new Sampling(temperature, topK, topP, minP, penalty))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith(message + ", but must be ");
  }
}
