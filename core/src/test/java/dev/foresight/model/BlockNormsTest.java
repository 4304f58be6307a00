package dev.foresight.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Norms of a block, as {@code named_parameters()} of transformers 5.24 lists them for models of 32
 * channels in heads of 8, and as they norm a row of ones with a stored weight of 0.5.
 */
class BlockNormsTest {
  private static ModelConfig config(String type) {
    return ModelConfig.parse(
        """
        {"model_type": "%s", "hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 1,
         "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 8, "rms_norm_eps": 1e-6,
         "vocab_size": 40, "max_position_embeddings": 32}"""
            .formatted(type),
        "m/config.json");
  }

  private static BlockNorms norms(String type) {
    return Architectures.find(type).orElseThrow().norms();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "llama | input_layernorm.weight 32, post_attention_layernorm.weight 32",
        "mistral | input_layernorm.weight 32, post_attention_layernorm.weight 32",
        "qwen2 | input_layernorm.weight 32, post_attention_layernorm.weight 32",
        "phi3 | input_layernorm.weight 32, post_attention_layernorm.weight 32",
        "qwen3 | input_layernorm.weight 32, post_attention_layernorm.weight 32,"
            + " self_attn.k_norm.weight 8, self_attn.q_norm.weight 8",
        "gemma2 | input_layernorm.weight 32, post_attention_layernorm.weight 32,"
            + " post_feedforward_layernorm.weight 32, pre_feedforward_layernorm.weight 32",
        "gemma3_text | input_layernorm.weight 32, post_attention_layernorm.weight 32,"
            + " post_feedforward_layernorm.weight 32, pre_feedforward_layernorm.weight 32,"
            + " self_attn.k_norm.weight 8, self_attn.q_norm.weight 8"
      })
  void familyHasTheNormsOfTransformers(String type, String names) {
    ModelConfig config = config(type);
    List<String> found =
        norms(type).all().stream()
            .map(norm -> norm.weight() + " " + norm.size(config))
            .sorted()
            .toList();
    assertThat(String.join(", ", found)).isEqualTo(names);
  }

  /** 0.5 or 1.5: what a norm multiplies by where 0.5 is stored. */
  @ParameterizedTest
  @CsvSource({
    "llama, 0.5",
    "mistral, 0.5",
    "qwen2, 0.5",
    "qwen3, 0.5",
    "phi3, 0.5",
    "gemma2, 1.5",
    "gemma3_text, 1.5"
  })
  void storedWeightIsCountedFromZeroOrFromOne(String type, double factor) {
    Architecture family = Architectures.find(type).orElseThrow();
    assertThat(family.norms().all()).allMatch(norm -> norm.offset() + 0.5 == factor);
    assertThat(family.finalNorm().offset() + 0.5).isEqualTo(factor);
  }

  /** In Gemma the norm that llama has in front of the MLP stands behind attention. */
  @Test
  void sameNameStandsElsewhereInGemma() {
    String name = "post_attention_layernorm";
    assertThat(norms("llama").mlp().path()).isEqualTo(name);
    assertThat(norms("llama").afterAttention()).isEmpty();
    assertThat(norms("gemma2").mlp().path()).isEqualTo("pre_feedforward_layernorm");
    assertThat(norms("gemma2").afterAttention()).contains(new NormSpec(name, 1));
    assertThat(norms("gemma2").afterMlp()).contains(new NormSpec("post_feedforward_layernorm", 1));
  }

  @Test
  void normsOfHeadsLeaveTheOthersAsTheyAre() {
    BlockNorms without = BlockNorms.four();
    BlockNorms with = without.withHeads();
    assertThat(with.query().orElseThrow().path()).isEqualTo("self_attn.q_norm");
    assertThat(with.key().orElseThrow().path()).isEqualTo("self_attn.k_norm");
    assertThat(with.all().subList(0, 4)).isEqualTo(without.all());
    assertThat(without.query()).isEmpty();
  }
}
