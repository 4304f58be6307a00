package dev.foresight.model;

import static dev.foresight.model.Dialect.Feature.ATTENTION_BIAS;
import static dev.foresight.model.Dialect.Feature.ATTENTION_CAP;
import static dev.foresight.model.Dialect.Feature.LOGIT_CAP;
import static dev.foresight.model.Dialect.Feature.MLP_BIAS;
import static dev.foresight.model.Dialect.Feature.PARTIAL_ROTATION;
import static dev.foresight.model.Dialect.Feature.QUERY_SCALAR;
import static dev.foresight.model.Dialect.Feature.SCALED_EMBEDDING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.foresight.InputException;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How the same key is read by a family that heeds it and by one that does not. */
class DialectTest {
  private static final Dialect LLAMA = Dialect.llama();

  private static ConfigObject config(String entries) {
    return ConfigObject.parse("{" + entries + "}", "m/config.json");
  }

  /** 1 / sqrt(8), and Gemma's 1 / sqrt(256) whatever its heads are: transformers 5.24. */
  @Test
  void scoresAreDividedByTheRootOfTheHeadOrOfTheNumberThatSaysSo() {
    ConfigObject scalar = config("\"query_pre_attn_scalar\": 256");
    assertThat(LLAMA.scoreScale(config(""), 8)).isCloseTo(0.3535533905932738, within(1e-16));
    assertThat(LLAMA.scoreScale(scalar, 8)).isCloseTo(0.3535533905932738, within(1e-16));
    assertThat(LLAMA.with(QUERY_SCALAR).scoreScale(scalar, 8)).isEqualTo(0.0625);
  }

  @Test
  void familyThatDividesByANumberNeedsIt() {
    assertThatThrownBy(() -> LLAMA.with(QUERY_SCALAR).scoreScale(config(""), 8))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith("m/config.json lacks the key \"query_pre_attn_scalar\"");
  }

  @Test
  void capIsReadByThoseThatHeedItWhereItIsANumber() {
    ConfigObject caps =
        config("\"attn_logit_softcapping\": 50.0, \"final_logit_softcapping\": null");
    Dialect both = LLAMA.with(ATTENTION_CAP, LOGIT_CAP);
    assertThat(both.cap(caps, ATTENTION_CAP)).hasValue(50);
    assertThat(both.cap(caps, LOGIT_CAP)).isEmpty();
    assertThat(LLAMA.cap(caps, ATTENTION_CAP)).isEmpty();
    assertThatThrownBy(() -> both.cap(config("\"final_logit_softcapping\": -30"), LOGIT_CAP))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "m/config.json: \"final_logit_softcapping\" is -30, but must be a positive number.");
  }

  /** torch 2.15: torch.tensor(hidden ** 0.5).item(), as embed_scale of Gemma has it. */
  @ParameterizedTest
  @CsvSource({"32, 5.656854152679443", "2304, 48.0", "2560, 50.59644317626953"})
  void rowsOfAScaledEmbeddingGrowByTheRootOfTheirLengthInFp32(int hidden, double root) {
    assertThat((double) LLAMA.with(SCALED_EMBEDDING).embeddingScale(hidden)).isEqualTo(root);
    assertThat(LLAMA.embeddingScale(hidden)).isEqualTo(1);
  }

  @Test
  void biasesAreThoseOfTheFamilyAndThoseThatAFlagAdds() {
    ConfigObject flags = config("\"attention_bias\": true, \"mlp_bias\": true");
    Set<Part> attention = Set.of(Part.QUERY, Part.KEY, Part.VALUE, Part.ATTENTION_OUT);
    Set<Part> mlp = Set.of(Part.GATE, Part.UP, Part.DOWN);
    assertThat(LLAMA.biased(flags)).isEmpty();
    assertThat(LLAMA.with(ATTENTION_BIAS).biased(flags)).isEqualTo(attention);
    assertThat(LLAMA.with(MLP_BIAS).biased(flags)).isEqualTo(mlp);
    assertThat(LLAMA.with(ATTENTION_BIAS, MLP_BIAS).biased(flags)).containsAll(mlp).hasSize(7);
    assertThat(LLAMA.with(ATTENTION_BIAS, MLP_BIAS).biased(config(""))).isEmpty();
    assertThat(LLAMA.withBiases(Set.of(Part.KEY)).with(MLP_BIAS).biased(config("")))
        .containsExactly(Part.KEY);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "\"hidden_act\": \"silu\"",
        "\"hidden_act\": null",
        "\"attention_bias\": false, \"mlp_bias\": false",
        "\"query_pre_attn_scalar\": null, \"attn_logit_softcapping\": null",
        "\"partial_rotary_factor\": 1, \"rope_interleaved\": false",
        "\"partial_rotary_factor\": 1.0",
        "\"use_bidirectional_attention\": false",
        "\"hidden_activation\": \"anything\""
      })
  void valuesThatChangeNothingAreNotRefused(String entries) {
    assertThatCode(() -> LLAMA.refuseWhatIsNotComputed(config(entries))).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"hidden_act\": \"relu\" | \"hidden_act\" is \"relu\", but must be \"silu\".",
        "\"attention_bias\": true | \"attention_bias\" is true, but must be false: models of this"
            + " type have no such bias.",
        "\"mlp_bias\": true | \"mlp_bias\" is true, but must be false: models of this type have no"
            + " such bias.",
        "\"attn_logit_softcapping\": 5 | \"attn_logit_softcapping\" is 5, but must be absent:"
            + " transformers ignores it in models of this type.",
        "\"partial_rotary_factor\": 0.5 | \"partial_rotary_factor\" is 0.5, but must be 1: partly"
            + " rotated heads are not supported for this type.",
        "\"rope_interleaved\": true | \"rope_interleaved\" is true, but must be false: interleaved"
            + " rotary pairs are not supported.",
        "\"use_bidirectional_attention\": true | \"use_bidirectional_attention\" is true, but must"
            + " be false: only decoders are supported."
      })
  void valueThatNobodyWouldHeedIsRefused(String entries, String message) {
    assertThatThrownBy(() -> LLAMA.refuseWhatIsNotComputed(config(entries)))
        .isInstanceOf(InputException.class)
        .hasMessage("m/config.json: " + message);
  }

  @Test
  void familyThatHeedsAKeyDoesNotRefuseIt() {
    ConfigObject all =
        config(
            "\"attention_bias\": true, \"mlp_bias\": true, \"query_pre_attn_scalar\": 8,"
                + " \"attn_logit_softcapping\": 5, \"final_logit_softcapping\": 5,"
                + " \"partial_rotary_factor\": 0.5");
    Dialect heeding =
        LLAMA.with(
            ATTENTION_BIAS, MLP_BIAS, QUERY_SCALAR, ATTENTION_CAP, LOGIT_CAP, PARTIAL_ROTATION);
    assertThatCode(() -> heeding.refuseWhatIsNotComputed(all)).doesNotThrowAnyException();
  }

  /** A row of the table begins with one of two dialects, which it must not change for the next. */
  @Test
  void dialectMadeFromAnotherLeavesItAsItWas() {
    Dialect changed =
        LLAMA
            .with(MLP_BIAS)
            .with(Windows.EVERY_BLOCK)
            .with(RopeReader.Layout.PHI3)
            .withBiases(Set.of(Part.UP))
            .withDefaults("{\"a\": 1}");
    assertThat(LLAMA).isEqualTo(Dialect.llama()).isNotEqualTo(changed);
    assertThat(changed.features()).containsExactly(MLP_BIAS);
    assertThat(changed.windows()).isEqualTo(Windows.EVERY_BLOCK);
    assertThat(changed.ropes()).isEqualTo(RopeReader.Layout.PHI3);
    assertThat(changed.biases()).containsExactly(Part.UP);
    assertThat(changed.defaults()).isEqualTo("{\"a\": 1}");
  }

  /** The config keys by which the two kinds name their activations. */
  @Test
  void gemmaReadsItsActivationUnderAnotherKey() {
    assertThatCode(
            () ->
                Dialect.gemma()
                    .refuseWhatIsNotComputed(
                        config("\"hidden_activation\": \"gelu_pytorch_tanh\"")))
        .doesNotThrowAnyException();
    assertThatThrownBy(
            () ->
                Dialect.gemma().refuseWhatIsNotComputed(config("\"hidden_activation\": \"gelu\"")))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "m/config.json: \"hidden_activation\" is \"gelu\", but must be \"gelu_pytorch_tanh\".");
  }
}
