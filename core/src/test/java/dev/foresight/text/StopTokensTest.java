package dev.foresight.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foresight.InputException;
import dev.foresight.tensor.LocalModelFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The order in which transformers' GenerationConfig finds the tokens that end a text. */
class StopTokensTest {
  private static final Path TINY = Path.of("../datasets/models/foresight-tiny");

  @TempDir private Path folder;

  @BeforeEach
  void tokenizer() throws IOException {
    Files.copy(TINY.resolve("tokenizer.json"), folder.resolve("tokenizer.json"));
  }

  private void write(String file, String json) throws IOException {
    Files.writeString(folder.resolve(file), json);
  }

  private Set<Integer> stops() throws IOException {
    LocalModelFolder model = new LocalModelFolder(folder);
    try (Tokenizer tokenizer = Tokenizer.open(model)) {
      return StopTokens.of(model, tokenizer);
    }
  }

  @Test
  void thoseOfTheGenerationConfigCountBeforeThoseOfTheConfig() throws IOException {
    write("config.json", "{\"eos_token_id\": 7}");
    write("generation_config.json", "{\"eos_token_id\": [2, 5]}");
    assertThat(stops()).containsExactlyInAnyOrder(2, 5);
  }

  @Test
  void thatOfTheConfigCountsWhereTheGenerationConfigSaysNothing() throws IOException {
    write("config.json", "{\"eos_token_id\": 7}");
    write("generation_config.json", "{\"eos_token_id\": null, \"temperature\": 0.6}");
    assertThat(stops()).containsExactly(7);
  }

  @Test
  void thatOfTheTextCountsInAModelThatAlsoSees() throws IOException {
    write("config.json", "{\"text_config\": {\"eos_token_id\": 9}}");
    assertThat(stops()).containsExactly(9);
  }

  @Test
  void thatOfTheTokenizerCountsWhereNoConfigNamesOne() throws IOException {
    write("config.json", "{}");
    Files.copy(TINY.resolve("tokenizer_config.json"), folder.resolve("tokenizer_config.json"));
    LocalModelFolder model = new LocalModelFolder(folder);
    try (Tokenizer tokenizer = Tokenizer.open(model)) {
      assertThat(stops()).containsExactly(tokenizer.eos("a test"));
    }
  }

  @Test
  void withoutAnyNameNothingEndsAText() throws IOException {
    write("config.json", "{}");
    assertThat(stops()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"</s>\"", "-1", "[2, \"x\"]", "1.5", "{\"id\": 2}"})
  void whatIsNoIdIsRefused(String ids) throws IOException {
    write("config.json", "{}");
    write("generation_config.json", "{\"eos_token_id\": " + ids + "}");
    assertThatThrownBy(this::stops)
        .isInstanceOf(InputException.class)
        .hasMessageContaining("eos_token_id is ")
        .hasMessageContaining("mend generation_config.json");
  }
}
