package dev.foresight.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.tensor.ModelFolder;
import dev.foresight.tensor.StrictJson;
import java.io.IOException;
import java.util.Optional;

/**
 * What tokenizer_config.json says, as far as it is read.
 *
 * @param where what messages call the file
 * @param json the whole file, empty where there is none
 */
record TokenizerConfig(String where, ObjectNode json) {
  private static final String FILE = "tokenizer_config.json";

  /** The file of a folder, or an empty one. */
  static TokenizerConfig of(ModelFolder folder) throws IOException {
    String where = folder.location() + "/" + FILE;
    return folder.files().contains(FILE)
        ? new TokenizerConfig(where, StrictJson.object(where, folder.text(FILE)))
        : new TokenizerConfig(where, JsonNodeFactory.instance.objectNode());
  }

  /**
   * The text of a special token.
   *
   * @param key for example {@code bos_token}
   * @throws InputException if it is anything but a text, an object with one, or null
   */
  Optional<String> token(String key) {
    JsonNode token = json.path(key);
    JsonNode text = token.isObject() ? token.path("content") : token;
    if (text.isMissingNode() && !token.isObject() || text.isNull()) {
      return Optional.empty();
    }
    if (!text.isTextual()) {
      throw new InputException(
          Words.format("%s: %s must be a text, an object with its content, or null. Mend it, or save the tokenizer again.", where, key));
    }
    return Optional.of(text.textValue()).filter(name -> !name.isEmpty());
  }
}
