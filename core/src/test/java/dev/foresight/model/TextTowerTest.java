package dev.foresight.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foresight.InputException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The decoder inside a larger model; what transformers makes of its flags is in flags.json. */
class TextTowerTest {
  private static ConfigObject file(String type, String more) {
    return ConfigObject.parse("{\"model_type\": \"" + type + "\"" + more + "}", "m/config.json");
  }

  @ParameterizedTest
  @ValueSource(strings = {"gemma3", "llava", "llava_next", "mistral3"})
  void decoderOfALargerModelIsWhatItsTextConfigSays(String type) {
    ConfigObject file = file(type, ", \"hidden_size\": 9, \"text_config\": {\"hidden_size\": 7}");
    assertThat(TextTower.isPart(file)).isTrue();
    ConfigObject text = TextTower.config(file);
    assertThat(text.positive("hidden_size")).isEqualTo(7);
    assertThat(text.where()).isEqualTo("m/config.json, text_config");
  }

  /** gemma3_text is the decoder alone, whose file has no part that is another. */
  @ParameterizedTest
  @ValueSource(strings = {"llama", "gemma3_text", "qwen2_vl"})
  void anyOtherFileIsTheDecoders(String type) {
    ConfigObject file = file(type, ", \"text_config\": {\"hidden_size\": 7}");
    assertThat(TextTower.isPart(file)).isFalse();
    assertThat(TextTower.config(file)).isSameAs(file);
  }

  @Test
  void largerModelWithoutADecoderIsRefused() {
    assertThatThrownBy(() -> TextTower.config(file("gemma3", "")))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith("m/config.json lacks the key \"text_config\"");
    assertThatThrownBy(() -> TextTower.config(file("gemma3", ", \"text_config\": [7]")))
        .isInstanceOf(InputException.class)
        .hasMessage("m/config.json: \"text_config\" is [7], but must be an object or null.");
  }

  private static ConfigObject having(String text, String file) {
    return TextTower.having(
        List.of("dtype", "torch_dtype"),
        ConfigObject.parse(text, "text"),
        ConfigObject.parse(file, "file"));
  }

  @Test
  void keyIsTakenFromThePartThatHasIt() {
    assertThat(having("{\"dtype\": \"a\"}", "{\"dtype\": \"b\"}").where()).isEqualTo("text");
    assertThat(having("{}", "{\"dtype\": \"b\"}").where()).isEqualTo("file");
    assertThat(having("{}", "{}").where()).isEqualTo("text");
  }

  /** Another spelling in the part counts before the first spelling in the whole. */
  @Test
  void partIsAskedForAllSpellingsBeforeTheWholeIs() {
    assertThat(having("{\"torch_dtype\": \"a\"}", "{\"dtype\": \"b\"}").where()).isEqualTo("text");
  }

  @Test
  void nullSaysNothing() {
    assertThat(having("{\"dtype\": null}", "{\"torch_dtype\": \"b\"}").where()).isEqualTo("file");
    assertThat(having("{\"dtype\": null}", "{\"dtype\": null}").where()).isEqualTo("text");
  }

  /** LLaVA's old files said it of the decoder alone; in the others only the whole counts. */
  @Test
  void flagOfThePartCountsInLlavaAlone() {
    ConfigObject yes = ConfigObject.parse("{\"tie_word_embeddings\": true}", "text");
    String no = ", \"tie_word_embeddings\": false";
    assertThat(TextTower.tied(file("llava", no), yes)).isTrue();
    assertThat(TextTower.tied(file("llava_next", no), yes)).isFalse();
    assertThat(TextTower.tied(file("gemma3", no), yes)).isFalse();
    assertThat(TextTower.tied(file("mistral3", no), yes)).isFalse();
    assertThat(TextTower.tied(file("llama", no), yes)).isTrue(); // where text is the file itself
  }
}
