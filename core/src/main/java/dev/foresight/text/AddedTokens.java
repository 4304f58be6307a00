package dev.foresight.text;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.tensor.ModelFolder;
import dev.foresight.tensor.StrictJson;
import java.io.IOException;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Tokens that other files add to those of tokenizer.json. transformers adds them when it loads the
 * tokenizer; here tokenizer.json alone is read, so it must have them all.
 */
final class AddedTokens {
  private static final String FILE = "added_tokens.json";

  private AddedTokens() {}

  /**
   * @param tokenizer text of tokenizer.json
   * @throws InputException if another file adds a token that it does not
   */
  static void requireAllIn(String tokenizer, ModelFolder folder, TokenizerConfig config)
      throws IOException {
    Map<String, String> others = new TreeMap<>(); // token -> file
    if (config.json().has(TokenizerConfig.ADDED)) {
      for (JsonNode token : config.json().path(TokenizerConfig.ADDED)) {
        others.put(token.path("content").asText(), TokenizerConfig.FILE);
      }
    } else if (folder.files().contains(FILE)) {
      ObjectNode added = StrictJson.object(folder.location() + "/" + FILE, folder.text(FILE));
      added.fieldNames().forEachRemaining(token -> others.put(token, FILE));
    }
    if (others.isEmpty()) {
      return;
    }
    others.keySet().removeAll(of(tokenizer));
    if (!others.isEmpty()) {
      String first = others.keySet().iterator().next();
      throw new InputException(
          Words.format(
              "%s/%s adds the token '%s', which tokenizer.json does not add, so text would be other tokens than for transformers. Save the tokenizer again: AutoTokenizer.from_pretrained(folder).save_pretrained(folder).",
              folder.location(), others.get(first), first));
    }
  }

  /** Texts of the tokens that a tokenizer.json adds to its vocabulary; it may be very long. */
  private static Set<String> of(String tokenizer) throws IOException {
    Set<String> texts = new HashSet<>();
    try (JsonParser json = new JsonFactory().createParser(tokenizer)) {
      json.nextToken();
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        boolean wanted = json.currentName().equals("added_tokens");
        json.nextToken();
        if (!wanted) {
          json.skipChildren();
          continue;
        }
        int depth = 1;
        while (depth > 0) {
          JsonToken token = json.nextToken();
          if (token == null) {
            break;
          }
          depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
          if (token == JsonToken.VALUE_STRING && "content".equals(json.currentName())) {
            texts.add(json.getText());
          }
        }
        return texts;
      }
    }
    return texts;
  }
}
