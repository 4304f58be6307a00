package dev.foresight.model;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foresight.InputException;
import dev.foresight.tensor.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tensors held against a config, by their names, types and shapes alone. */
class CheckpointCheckTest {
  private static final String CONFIG =
      """
      {"model_type": "%s", "hidden_size": 64, "intermediate_size": 96, "num_hidden_layers": 2,
       "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 16, "rms_norm_eps": 1e-6,
       "vocab_size": 100, "max_position_embeddings": 32, "tie_word_embeddings": false%s}""";
  private static final String UP = "model.layers.1.mlp.up_proj.weight";

  private final ModelConfig config = config("llama", "");
  private final Architecture llama = Architectures.find("llama").orElseThrow();
  private final Declared whole = Declared.of(llama, config);

  private static ModelConfig config(String type, String more) {
    return ModelConfig.parse(CONFIG.formatted(type, more), "m/config.json");
  }

  private void run(Declared checkpoint) {
    new CheckpointCheck(config, llama, checkpoint, "m").run();
  }

  private void assertRefused(Declared checkpoint, String message) {
    assertThatThrownBy(() -> run(checkpoint))
        .isInstanceOf(InputException.class)
        .hasMessage(message);
  }

  @ParameterizedTest
  @ValueSource(strings = {"llama", "mistral", "qwen2", "qwen3", "gemma2", "gemma3_text", "phi3"})
  void everyFamilyTakesExactlyWhatItAsksFor(String type) {
    ModelConfig ofType = config(type, "");
    Architecture family = Architectures.find(type).orElseThrow();
    Declared checkpoint = Declared.of(family, ofType);
    assertThatCode(() -> new CheckpointCheck(ofType, family, checkpoint, "m").run())
        .doesNotThrowAnyException();
  }

  @Test
  void tensorThatIsMissingIsNamedWithItsShape() {
    assertRefused(
        whole.without(UP),
        "m lacks the tensor model.layers.1.mlp.up_proj.weight of shape [96, 64], which its"
            + " config.json asks for: the folder is incomplete, or the config belongs to another"
            + " model.");
  }

  @ParameterizedTest
  @ValueSource(strings = {"model.norm.weight", "model.embed_tokens.weight", "lm_head.weight"})
  void tensorsOutsideTheBlocksAreAskedForAsWell(String name) {
    assertThatThrownBy(() -> run(whole.without(name)))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith("m lacks the tensor " + name);
  }

  /** The head is the embedding, and nothing else is asked for. */
  @Test
  void tiedHeadNeedsNoTensorOfItsOwn() {
    ModelConfig tied = config.withTiedHead(true);
    Declared checkpoint = Declared.of(llama, tied);
    assertThatCode(() -> new CheckpointCheck(tied, llama, checkpoint, "m").run())
        .doesNotThrowAnyException();
  }

  /** As many elements, in the order of a linear that multiplies from the other side. */
  @Test
  void transposedWeightIsRefusedWithBothShapes() {
    assertRefused(
        whole.with(UP, DType.F16, 64, 96),
        "m: model.layers.1.mlp.up_proj.weight has shape [64, 96], but config.json asks for [96,"
            + " 64]. One of them belongs to another model.");
  }

  @ParameterizedTest
  @EnumSource(names = {"F16", "BF16", "F32"})
  void floatsOf16And32BitsAreTaken(DType type) {
    assertThatCode(() -> run(whole.with(UP, type, 96, 64))).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @EnumSource(names = {"F64", "I8", "F8_E4M3", "U8", "I32"})
  void weightsOfAnyOtherTypeAreRefused(DType type) {
    assertRefused(
        whole.with(UP, type, 96, 64),
        "m: model.layers.1.mlp.up_proj.weight is stored as "
            + type
            + "; weights must be F16, BF16 or F32.");
  }

  /** 8192 x 65536 x 4 bytes are 2^31; a row less is below. */
  @Test
  void weightOfABlockThatFillsTwoGibibytesInFp32IsRefused() {
    for (int intermediate : new int[] {65_535, 65_536}) {
      ModelConfig large =
          ModelConfig.parse(
              """
              {"model_type": "llama", "hidden_size": 8192, "intermediate_size": %d,
               "num_hidden_layers": 1, "num_attention_heads": 64, "rms_norm_eps": 1e-6,
               "vocab_size": 262144, "max_position_embeddings": 32}"""
                  .formatted(intermediate),
              "m/config.json");
      CheckpointCheck check = new CheckpointCheck(large, llama, Declared.of(llama, large), "m");
      if (intermediate == 65_535) {
        assertThatCode(check::run).doesNotThrowAnyException(); // an embedding of 8 GiB among them
      } else {
        assertThatThrownBy(check::run)
            .isInstanceOf(InputException.class)
            .hasMessage(
                "m: model.layers.0.mlp.down_proj.weight has shape [8192, 65536], which takes 2 GiB"
                    + " or more in fp32; blocks as large are not supported.");
      }
    }
  }

  @Test
  void biasThatTheGraphWouldLeaveOutIsRefused() {
    assertRefused(
        whole.with("model.layers.0.mlp.up_proj.bias", DType.F16, 96),
        "m: model.layers.0.mlp.up_proj.bias has no place in a llama model with this config.json:"
            + " one of them belongs to another model.");
  }

  /** The second number fits no int. */
  @ParameterizedTest
  @ValueSource(strings = {"2", "007", "999999999", "10000000000"})
  void blockBeyondThoseThatAreDeclaredIsRefused(String number) {
    String name = "model.layers." + number + ".input_layernorm.weight";
    assertRefused(
        whole.with(name, DType.F16, 64),
        "m: " + name + " lies beyond the 2 blocks that config.json declares as num_hidden_layers.");
  }

  /** Tables that old checkpoints keep, though config.json says the same. */
  @Test
  void storedRotaryTableOfABlockIsPassedOver() {
    whole.with("model.layers.0.self_attn.rotary_emb.inv_freq", DType.F32, 8);
    whole.with("model.layers.9.self_attn.rotary_emb.inv_freq", DType.F32, 8);
    assertThatCode(() -> run(whole)).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "score.weight",
        "vision_tower.layers.9.mlp.fc1.weight",
        "model.layers.x.mlp.up_proj.bias",
        "model.layersX0.mlp.up_proj.bias"
      })
  void tensorsOfOtherModulesAreNobodysMatter(String name) {
    assertThatCode(() -> run(whole.with(name, DType.I8, 3))).doesNotThrowAnyException();
  }
}
