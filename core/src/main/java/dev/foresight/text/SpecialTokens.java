package dev.foresight.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.tensor.ModelFolder;
import dev.foresight.tensor.StrictJson;
import java.io.IOException;
import java.util.List;
import java.util.OptionalInt;

/**
 * Names of special tokens, and what else the folder knows of them.
 *
 * @param location what messages call the folder
 * @param config the files of the tokenizer, which give the names
 * @param model config.json, empty where there is none
 * @param generation generation_config.json, likewise
 */
record SpecialTokens(
    String location, TokenizerConfig config, ObjectNode model, ObjectNode generation) {
  private static final String VOCABULARY = "vocab_size";

  static SpecialTokens of(ModelFolder folder) throws IOException {
    return new SpecialTokens(
        folder.location(),
        TokenizerConfig.of(folder),
        read(folder, "config.json"),
        read(folder, "generation_config.json"));
  }

  private static ObjectNode read(ModelFolder folder, String file) throws IOException {
    return folder.files().contains(file)
        ? StrictJson.object(folder.location() + "/" + file, folder.text(file))
        : JsonNodeFactory.instance.objectNode();
  }

  /**
   * How many tokens the model knows, if its config says so; of a model that also sees, its text.
   */
  OptionalInt vocabulary() {
    JsonNode size = model.path("text_config").path(VOCABULARY);
    size = size.isInt() ? size : model.path(VOCABULARY);
    return size.isInt() && size.intValue() > 0
        ? OptionalInt.of(size.intValue())
        : OptionalInt.empty();
  }

  /**
   * The text of a token that is needed.
   *
   * @param key for example {@code eos_token}
   * @param what the setting that needs it, for the message
   * @param tokenizer for the text of tokens that the model's own files give by number
   * @throws InputException if none of the tokenizer's files names it; ids that the model's own
   *     files have are shown, because transformers does not heed them here either
   */
  String require(String key, String what, Tokenizer tokenizer) {
    return config
        .token(key)
        .orElseThrow(
            () ->
                new InputException(
                    Words.format(
                        "%s needs the tokenizer's %s, and neither %s nor %s of %s names one%s.",
                        what,
                        key,
                        TokenizerConfig.FILE,
                        TokenizerConfig.MAP_FILE,
                        location,
                        elsewhere(key, tokenizer))));
  }

  private String elsewhere(String key, Tokenizer tokenizer) {
    for (JsonNode file : List.of(generation, model, model.path("text_config"))) {
      JsonNode id = file.path(key + "_id");
      id = id.isArray() ? id.path(0) : id;
      if (id.isInt() && id.intValue() >= 0) {
        String text = tokenizer.decode(id.intValue());
        return Words.format(
            ". The model's own %s_id is %d, '%s': add \"%s\": \"%s\" to %s if that is the one",
            key, id.intValue(), text, key, text, TokenizerConfig.FILE);
      }
    }
    return ": add it there, or use none";
  }
}
