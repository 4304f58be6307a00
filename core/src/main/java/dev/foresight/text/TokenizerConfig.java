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
 * What the files beside tokenizer.json say, as far as they are read, with the precedence that
 * transformers 5.23 has: a name in special_tokens_map.json counts before the same one in
 * tokenizer_config.json, unless that has {@code added_tokens_decoder}, the mark of newer files.
 *
 * @param where what messages call tokenizer_config.json
 * @param json the whole of it, empty where there is none
 * @param mapWhere what messages call special_tokens_map.json
 * @param map the whole of it, empty where there is none or it does not count
 */
record TokenizerConfig(String where, ObjectNode json, String mapWhere, ObjectNode map) {
  static final String FILE = "tokenizer_config.json";
  static final String MAP_FILE = "special_tokens_map.json";
  static final String ADDED = "added_tokens_decoder";

  /** The files of a folder, or empty ones. */
  static TokenizerConfig of(ModelFolder folder) throws IOException {
    ObjectNode json = read(folder, FILE);
    ObjectNode map = json.has(ADDED) ? empty() : read(folder, MAP_FILE);
    String in = folder.location() + "/";
    return new TokenizerConfig(in + FILE, json, in + MAP_FILE, map);
  }

  private static ObjectNode read(ModelFolder folder, String file) throws IOException {
    return folder.files().contains(file)
        ? StrictJson.object(folder.location() + "/" + file, folder.text(file))
        : empty();
  }

  private static ObjectNode empty() {
    return JsonNodeFactory.instance.objectNode();
  }

  /**
   * The text of a special token.
   *
   * @param key for example {@code bos_token}
   * @throws InputException if it is anything but a text, an object with one, or null
   */
  Optional<String> token(String key) {
    return map.has(key) ? token(mapWhere, map, key) : token(where, json, key);
  }

  private static Optional<String> token(String file, ObjectNode json, String key) {
    JsonNode token = json.path(key);
    JsonNode text = token.isObject() ? token.path("content") : token;
    if (text.isMissingNode() && !token.isObject() || text.isNull()) {
      return Optional.empty();
    }
    if (!text.isTextual()) {
      throw new InputException(
          Words.format(
              "%s: %s must be a text, an object with its content, or null. Mend it, or save the tokenizer again.",
              file, key));
    }
    return Optional.of(text.textValue()).filter(name -> !name.isEmpty());
  }
}
