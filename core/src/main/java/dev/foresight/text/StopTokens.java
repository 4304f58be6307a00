package dev.foresight.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.tensor.ModelFolder;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Tokens that end what a model writes, as transformers finds them: {@code eos_token_id} of
 * generation_config.json, one or several; else that of config.json; else the EOS of the tokenizer.
 */
public final class StopTokens {
  private static final String KEY = "eos_token_id";

  private StopTokens() {}

  /**
   * Those of a model folder; none where nothing names one.
   *
   * @throws InputException if a file names what is no token id
   */
  public static Set<Integer> of(ModelFolder folder, Tokenizer tokenizer) throws IOException {
    SpecialTokens special = SpecialTokens.of(folder);
    for (ObjectNode file : List.of(special.generation(), special.model())) {
      for (JsonNode ids : List.of(file.path(KEY), file.path("text_config").path(KEY))) {
        if (!ids.isMissingNode() && !ids.isNull()) {
          return tokens(ids, folder.location());
        }
      }
    }
    return special.config().token("eos_token").isPresent()
        ? Set.of(tokenizer.eos("the end of a text"))
        : Set.of();
  }

  private static Set<Integer> tokens(JsonNode ids, String location) {
    Set<Integer> tokens = new TreeSet<>();
    for (JsonNode id : ids.isArray() ? ids : List.of(ids)) {
      if (!id.isInt() || id.intValue() < 0) {
        throw new InputException(
            Words.format(
                "%s: %s is %s, not the id of a token or several: mend generation_config.json or config.json.",
                location, KEY, ids));
      }
      tokens.add(id.intValue());
    }
    return tokens;
  }
}
