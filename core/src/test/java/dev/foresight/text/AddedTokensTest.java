package dev.foresight.text;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foresight.InputException;
import dev.foresight.hostile.MemoryFolder;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tokens of other files, held against the {@code added_tokens} of a tokenizer.json alone. */
class AddedTokensTest {
  private static final String MENDED =
      ", which tokenizer.json does not add, so text would be other tokens than for transformers."
          + " Save the tokenizer again:"
          + " AutoTokenizer.from_pretrained(folder).save_pretrained(folder).";

  private static final MemoryFolder NOTHING = MemoryFolder.of("README.md", new byte[0]);

  private static MemoryFolder added(String json) {
    return NOTHING.with("added_tokens.json", json.getBytes(UTF_8));
  }

  private static MemoryFolder decoder(String entries) {
    return NOTHING.with(
        "tokenizer_config.json", ("{\"added_tokens_decoder\": {" + entries + "}}").getBytes(UTF_8));
  }

  private static void check(String tokenizer, MemoryFolder folder) throws IOException {
    AddedTokens.requireAllIn(tokenizer, folder, TokenizerConfig.of(folder));
  }

  private static void assertTaken(String tokenizer, MemoryFolder folder) {
    assertThatCode(() -> check(tokenizer, folder)).doesNotThrowAnyException();
  }

  private static void assertRefused(String tokenizer, MemoryFolder folder, String token) {
    assertThatThrownBy(() -> check(tokenizer, folder))
        .isInstanceOf(InputException.class)
        .hasMessage(token + MENDED);
  }

  /** A tokenizer.json that adds these tokens between other parts. */
  private static String adding(String... tokens) {
    StringBuilder json = new StringBuilder("{\"version\": \"1.0\", \"added_tokens\": [");
    for (int i = 0; i < tokens.length; i++) {
      json.append(i == 0 ? "" : ", ")
          .append("{\"id\": %d, \"content\": \"%s\", \"special\": true}".formatted(i, tokens[i]));
    }
    return json.append("], \"model\": {\"vocab\": {\"a\": 0}}}").toString();
  }

  @Test
  void filesThatAddNothingAreFine() {
    assertTaken(adding(), NOTHING);
    assertTaken(adding("<x>"), NOTHING);
    assertTaken(adding(), added("{}"));
  }

  @Test
  void tokensThatTokenizerJsonAddsAsWellAreFine() {
    assertTaken(adding("<x>", "<y>"), added("{\"<y>\": 7, \"<x>\": 8}"));
    assertTaken(adding("<x>"), decoder("\"0\": {\"content\": \"<x>\"}"));
  }

  @Test
  void firstTokenThatIsMissingIsNamedWithItsFile() {
    assertRefused(
        adding("<x>"),
        added("{\"<z>\": 9, \"<x>\": 8, \"<y>\": 7}"),
        "m/added_tokens.json adds the token '<y>'");
    assertRefused(
        adding("<x>"),
        decoder("\"5\": {\"content\": \"<z>\"}, \"0\": {\"content\": \"<x>\"}"),
        "m/tokenizer_config.json adds the token '<z>'");
  }

  /** Newer files list all tokens in tokenizer_config.json; then added_tokens.json is not read. */
  @Test
  void listOfTheConfigStandsForAddedTokensJson() {
    MemoryFolder both =
        decoder("\"0\": {\"content\": \"<x>\"}")
            .with("added_tokens.json", "{\"<y>\": 7}".getBytes(UTF_8));
    assertTaken(adding("<x>"), both);
    assertTaken(adding("<x>"), decoder("").with("added_tokens.json", "no JSON".getBytes(UTF_8)));
  }

  /** Only what the added tokens themselves hold is their content. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"added_tokens\": []}",
        "{\"normalizer\": {\"pattern\": {\"String\": \"<x>\"}, \"content\": \"<x>\"}}",
        "{\"model\": {\"vocab\": {\"<x>\": 0}}, \"added_tokens\": []}",
        "{\"model\": {\"added_tokens\": [{\"content\": \"<x>\"}]}, \"added_tokens\": []}",
        "{\"added_tokens\": [{\"id\": 0, \"context\": \"<x>\"}]}",
        "{\"added_tokens\": [], \"decoder\": {\"content\": \"<x>\"}}"
      })
  void sameTextElsewhereInTokenizerJsonIsNoAddedToken(String tokenizer) {
    assertRefused(tokenizer, added("{\"<x>\": 0}"), "m/added_tokens.json adds the token '<x>'");
  }

  @Test
  void partsInFrontOfTheAddedTokensArePassedOver() {
    String tokenizer =
        "{\"truncation\": null, \"padding\": {\"length\": [1, [2]]}, \"pre_tokenizer\": [],"
            + " \"added_tokens\": [{\"content\": \"<x>\"}], \"model\": {}}";
    assertTaken(tokenizer, added("{\"<x>\": 0}"));
  }

  /** The same characters, spelt by their numbers. */
  @Test
  void tokensAreComparedAsTextsAndNotAsTheyAreSpelt() {
    assertTaken(adding("\\u003cx\\u003E\\ud83d\\ude00"), added("{\"<x>\ud83d\ude00\": 0}"));
    assertRefused(adding("<X>"), added("{\"<x>\": 0}"), "m/added_tokens.json adds the token '<x>'");
  }

  @Test
  void addedTokensThatAreNoJsonAreRefusedByTheNameOfTheFile() {
    assertThatThrownBy(() -> check(adding(), added("[1]")))
        .isInstanceOf(InputException.class)
        .hasMessage("m/added_tokens.json is not a JSON object.");
  }
}
