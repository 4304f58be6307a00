package dev.foresight.importance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.foresight.InputException;
import dev.foresight.importance.TokenWeighting.Form;
import dev.foresight.sketch.SampleMix;
import dev.foresight.sketch.TokenScalars;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Against NumPy 2.4, by token_weights_golden.py, and plain arithmetic. */
class TokenWeightsTest {
  private static final double ULPS = 2e-7; // two of a float

  private static JsonNode golden() throws IOException {
    try (InputStream in = TokenWeightsTest.class.getResourceAsStream("/importance/tokens.json")) {
      return new ObjectMapper().readTree(in);
    }
  }

  private static List<SampleMix<TokenScalars>> blocks(JsonNode of) {
    float[] standsFor = new ObjectMapper().convertValue(of.get("stands_for"), float[].class);
    List<SampleMix<TokenScalars>> blocks = new ArrayList<>();
    for (int block = 0; block < of.get("r").size(); block++) {
      List<TokenScalars> tokens = new ArrayList<>();
      for (int t = 0; t < standsFor.length; t++) {
        tokens.add(
            new TokenScalars(
                "a",
                t,
                of.get("positions").get(t).intValue(),
                t,
                of.get("r").get(block).get(t).floatValue(),
                of.get("a").get(block).get(t).floatValue(),
                of.get("oa").get(block).get(t).floatValue(),
                of.get("om").get(block).get(t).floatValue()));
      }
      blocks.add(new SampleMix<>(tokens, standsFor));
    }
    return blocks;
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1}) // without and with norms behind the sublayers
  void weightsOfEveryFormAreThoseOfNumPy(int which) throws IOException {
    JsonNode of = golden().get(which);
    for (JsonNode form : of.get("forms")) {
      TokenWeighting weighting =
          new TokenWeighting(
              Form.parse(form.get("form").asText()),
              form.get("exponent").asDouble(),
              form.get("blocks").asInt(),
              form.get("attention").asBoolean());
      List<TokenWeights> found = TokenWeights.of(blocks(of), weighting);
      for (int block = 0; block < found.size(); block++) {
        for (TokenKind kind : TokenKind.values()) {
          JsonNode wanted =
              form.get("weights").get(block).get(kind.name().toLowerCase(Locale.ROOT));
          float[] weights = found.get(block).weights().get(kind);
          assertThat(weights).hasSize(wanted.size());
          for (int t = 0; t < weights.length; t++) {
            double expected = wanted.get(t).asDouble();
            assertThat(Math.abs(weights[t] - expected))
                .as("%s of block %d, token %d, %s", kind, block, t, weighting)
                .isLessThanOrEqualTo(ULPS * expected);
          }
        }
      }
    }
  }

  private static TokenScalars token(int position, float residual, float attention) {
    return new TokenScalars("a", 0, position, position, residual, attention, 0, 0);
  }

  private static List<SampleMix<TokenScalars>> two(TokenScalars... tokens) {
    float[] alike = new float[tokens.length];
    java.util.Arrays.fill(alike, 1);
    SampleMix<TokenScalars> block = new SampleMix<>(List.of(tokens), alike);
    return List.of(block, block);
  }

  @Test
  void sinkOfHugeResidualsWeighsByItsRootAndItsAttention() {
    // √(400 · 1/10000) = 0.2 at position 0; √(1 · 1/1) = 1 elsewhere; keys √400 against √1
    TokenWeights weights =
        TokenWeights.of(
                two(token(0, 10_000, 400), token(1, 1, 1), token(2, 1, 1)),
                TokenWeighting.of(Form.FUTURE))
            .get(0);
    assertThat(weights.weights().get(TokenKind.RESIDUAL_MLP)).containsExactly(0.2f, 1, 1);
    assertThat(weights.weights().get(TokenKind.KEY_VALUE)).containsExactly(20, 1, 1);
    assertThat(weights.weights().get(TokenKind.QUERY)).containsExactly(0, 1, 1);
  }

  @Test
  void numbersThatGiveNoWeightsAreRefusedWithTheWayOut() {
    TokenWeighting future = TokenWeighting.of(Form.FUTURE);
    assertThatThrownBy(() -> TokenWeights.of(two(token(1, 0, 1)), future))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "Block 0 has mean square 0.0 in the residual stream of position 1 of sequence 0 of shard a: pass --token-weights none, or calibrate again.");
    assertThatThrownBy(() -> TokenWeights.of(two(token(0, 1, 1)), future))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("over the sampled tokens behind position 0");
    List<SampleMix<TokenScalars>> apart =
        List.of(two(token(1, 1, 1)).get(0), two(token(2, 1, 1)).get(0));
    assertThatThrownBy(() -> TokenWeights.of(apart, future))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith("Blocks 0 and 1 have scalars of other tokens");
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0, --token-exponent 0.0 is out of range",
    "2.5, 0, --token-exponent 2.5 is out of range",
    "NaN, 0, --token-exponent NaN is out of range",
    "0.5, -1, --token-blocks -1 is negative"
  })
  void numbersOutOfRangeAreRefused(double exponent, int blocks, String message) {
    assertThatThrownBy(() -> new TokenWeighting(Form.FUTURE, exponent, blocks, true))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith(message);
  }

  @Test
  void formsHaveTheNamesOfTheOption() {
    for (Form form : Form.values()) {
      assertThat(Form.parse(form.key())).isEqualTo(form);
    }
    assertThatThrownBy(() -> Form.parse("past"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("choose none, future, current or first-position");
  }
}
