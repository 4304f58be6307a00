package dev.foresight.text;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foresight.InputException;
import dev.foresight.hostile.MemoryFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Names of special tokens, and where a refusal looks for one that is missing. */
class SpecialTokensTest {
  private static final Path TINY = Path.of("../datasets/models/foresight-tiny/tokenizer.json");

  /**
   * Begins with {@code <|endoftext|>}, {@code <|pad|>}, {@code <|im_start|>}, {@code <|im_end|>}.
   */
  private static Tokenizer tiny;

  @BeforeAll
  static void open() throws IOException {
    tiny = Tokenizer.open(MemoryFolder.of("tokenizer.json", Files.readAllBytes(TINY)));
  }

  @AfterAll
  static void close() {
    tiny.close();
  }

  private static SpecialTokens of(String... filesAndContents) throws IOException {
    MemoryFolder folder = MemoryFolder.of("README.md", new byte[0]);
    for (int i = 0; i < filesAndContents.length; i += 2) {
      folder = folder.with(filesAndContents[i], filesAndContents[i + 1].getBytes(UTF_8));
    }
    return SpecialTokens.of(folder);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"vocab_size\": 500} | 500",
        "{\"text_config\": {\"vocab_size\": 7}} | 7",
        "{\"vocab_size\": 500, \"text_config\": {\"vocab_size\": 7}} | 7",
        "{\"vocab_size\": 500, \"text_config\": {\"vocab_size\": null}} | 500",
        "{\"vocab_size\": 500, \"text_config\": {}} | 500"
      })
  void vocabularyIsThatOfTheModelAndOfItsTextBeforeThat(String config, int size)
      throws IOException {
    assertThat(of("config.json", config).vocabulary()).hasValue(size);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"vocab_size\": 0}",
        "{\"vocab_size\": -1}",
        "{\"vocab_size\": \"500\"}",
        "{\"vocab_size\": 5.5}",
        "{\"vocab_size\": 4294967297}"
      })
  void configThatDoesNotTellTheVocabularyHasNone(String config) throws IOException {
    assertThat(of("config.json", config).vocabulary()).isEqualTo(OptionalInt.empty());
  }

  @Test
  void folderWithoutFilesOfItsModelHasNoVocabulary() throws IOException {
    assertThat(of().vocabulary()).isEmpty();
  }

  @Test
  void tokenThatAFileNamesIsItsText() throws IOException {
    SpecialTokens tokens =
        of(
            "tokenizer_config.json",
            "{\"eos_token\": {\"content\": \"<e>\"}, \"bos_token\": \"<b>\"}",
            "generation_config.json",
            "{\"eos_token_id\": 1}");
    assertThat(tokens.require("eos_token", "--separator eos", tiny)).isEqualTo("<e>");
    assertThat(tokens.require("bos_token", "--bos always", tiny)).isEqualTo("<b>");
  }

  private static void assertRefused(String rest, String... filesAndContents) throws IOException {
    SpecialTokens tokens = of(filesAndContents);
    assertThatThrownBy(() -> tokens.require("eos_token", "--separator eos", tiny))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "--separator eos needs the tokenizer's eos_token, and neither tokenizer_config.json nor"
                + " special_tokens_map.json of m names one"
                + rest
                + ".");
  }

  private static void assertShown(int id, String text, String... filesAndContents)
      throws IOException {
    assertRefused(
        ". The model's own eos_token_id is %d, '%s': add \"eos_token\": \"%s\" to"
                .formatted(id, text, text)
            + " tokenizer_config.json if that is the one",
        filesAndContents);
  }

  @Test
  void tokenThatNoFileKnowsIsRefused() throws IOException {
    assertRefused(": add it there, or use none");
    assertRefused(": add it there, or use none", "config.json", "{\"bos_token_id\": 1}");
  }

  @Test
  void idThatTheModelHasIsShownWithItsText() throws IOException {
    assertShown(1, "<|pad|>", "config.json", "{\"eos_token_id\": 1}");
    assertShown(2, "<|im_start|>", "config.json", "{\"text_config\": {\"eos_token_id\": 2}}");
    assertShown(3, "<|im_end|>", "config.json", "{\"eos_token_id\": [3, 0]}");
  }

  /** generation_config.json, config.json, then its text_config. */
  @Test
  void nearestFileIsAskedFirst() throws IOException {
    String both = "{\"eos_token_id\": 2, \"text_config\": {\"eos_token_id\": 3}}";
    assertShown(2, "<|im_start|>", "config.json", both);
    assertShown(
        1, "<|pad|>", "config.json", both, "generation_config.json", "{\"eos_token_id\": [1]}");
  }

  /** No id among them; the next file is asked. */
  @ParameterizedTest
  @ValueSource(strings = {"null", "[]", "-1", "\"1\"", "1.5", "[null, 1]", "{}"})
  void whatIsNoIdIsPassedOver(String id) throws IOException {
    String generation = "{\"eos_token_id\": " + id + "}";
    assertShown(
        3,
        "<|im_end|>",
        "generation_config.json",
        generation,
        "config.json",
        "{\"eos_token_id\": 3}");
    assertRefused(": add it there, or use none", "generation_config.json", generation);
  }

  @ParameterizedTest
  @ValueSource(strings = {"config.json", "generation_config.json", "tokenizer_config.json"})
  void fileThatIsNoJsonIsRefusedByItsName(String file) {
    assertThatThrownBy(() -> of(file, "{\"eos_token_id\": "))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith("m/" + file + " is not valid JSON (");
    assertThatThrownBy(() -> of(file, "[]"))
        .isInstanceOf(InputException.class)
        .hasMessage("m/" + file + " is not a JSON object.");
  }
}
