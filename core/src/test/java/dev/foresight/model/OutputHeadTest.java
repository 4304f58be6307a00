package dev.foresight.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foresight.InputException;
import dev.foresight.tensor.DType;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which tensor is the head; what transformers makes of the same folders is in HeadChoiceTest. */
class OutputHeadTest {
  private static final String EMBEDDING = "model.embed_tokens.weight";
  private static final String HEAD = "lm_head.weight";
  private static final Architecture LLAMA = Architectures.find("llama").orElseThrow();

  private static ModelConfig config(boolean tied) {
    return ModelConfig.parse(
        """
        {"model_type": "llama", "hidden_size": 64, "intermediate_size": 96, "num_hidden_layers": 1,
         "num_attention_heads": 4, "rms_norm_eps": 1e-6, "vocab_size": 100,
         "max_position_embeddings": 32, "tie_word_embeddings": %s}"""
            .formatted(tied),
        "m/config.json");
  }

  private static Declared stored(String... names) {
    Declared declared = new Declared().with("model.norm.weight", DType.F16, 64);
    for (String name : names) {
      declared.with(name, DType.F16, 100, 64);
    }
    return declared;
  }

  private static OutputHead decide(boolean tied, Declared checkpoint) {
    DecoderNames.Found found = new DecoderNames.Found(LLAMA, checkpoint, Optional.empty());
    return OutputHead.decide(config(tied), found, "m");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void headThatIsStoredBesideTheEmbeddingIsTheHeadWhateverTheConfigSays(boolean tied) {
    Declared checkpoint = stored(EMBEDDING, HEAD);
    OutputHead found = decide(tied, checkpoint);
    assertThat(found.tied()).isFalse();
    assertThat(found.checkpoint()).isSameAs(checkpoint);
  }

  @Test
  void embeddingAloneIsBothWhereTheConfigTiesThem() {
    Declared checkpoint = stored(EMBEDDING);
    OutputHead found = decide(true, checkpoint);
    assertThat(found.tied()).isTrue();
    assertThat(found.checkpoint()).isSameAs(checkpoint);
  }

  /** Its values are asked for by the name that the file has: 14 letters, not 25. */
  @Test
  void headAloneGoesByTheNameOfTheEmbeddingWhereTheConfigTiesThem() throws Exception {
    OutputHead found = decide(true, stored(HEAD));
    assertThat(found.tied()).isTrue();
    assertThat(found.checkpoint().contains(HEAD)).isFalse();
    assertThat(found.checkpoint().info(EMBEDDING).shape()).containsExactly(100L, 64L);
    assertThat(found.checkpoint().info(EMBEDDING).name()).isEqualTo(EMBEDDING);
    assertThat(found.checkpoint().floats(EMBEDDING)).containsExactly(HEAD.length());
    assertThat(found.checkpoint().floats("model.norm.weight")).containsExactly(17);
    assertThatThrownBy(() -> found.checkpoint().info(HEAD))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "m has no tensor 'lm_head.weight'; it has 2, among them model.embed_tokens.weight,"
                + " model.norm.weight. Is it the right model?");
  }

  @Test
  void headThatIsMissingIsNoEmbeddingUnlessTheConfigSaysSo() {
    assertThatThrownBy(() -> decide(false, stored(EMBEDDING)))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "m holds model.embed_tokens.weight but no lm_head.weight, and its config.json does not"
                + " say that they are one (tie_word_embeddings): fetch the missing one, or set the"
                + " flag to true if they are.");
  }

  @Test
  void embeddingThatIsMissingIsNoHeadUnlessTheConfigSaysSo() {
    assertThatThrownBy(() -> decide(false, stored(HEAD)))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith(
            "m holds lm_head.weight but no model.embed_tokens.weight, and its config.json");
  }

  /** What is missing is then named by CheckpointCheck, which knows the shapes. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whereNeitherIsStoredTheConfigDecides(boolean tied) {
    assertThat(decide(tied, stored()).tied()).isEqualTo(tied);
  }
}
