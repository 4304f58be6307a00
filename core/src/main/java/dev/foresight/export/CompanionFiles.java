package dev.foresight.export;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/** What is taken over, byte for byte, from the original folder beside its weights. */
public final class CompanionFiles {
  private static final Set<String> NAMES =
      Set.of(
          "generation_config.json",
          "tokenizer.json",
          "tokenizer_config.json",
          "special_tokens_map.json",
          "added_tokens.json",
          "tokenizer.model",
          "vocab.json",
          "merges.txt",
          "chat_template.jinja",
          "chat_template.json",
          "preprocessor_config.json",
          "processor_config.json");

  private static final List<String> LEGAL = List.of("LICENSE", "NOTICE", "USE_POLICY");

  private CompanionFiles() {}

  /**
   * Names of the files to copy, sorted: tokenizer, templates, licences, and the model's own Python
   * code where its config asks for that. Not the weights, their index, config.json or the card.
   *
   * @param files names in the original folder
   * @param config its config.json
   */
  public static List<String> toCopy(Collection<String> files, ObjectNode config) {
    boolean ownCode = config.has("auto_map");
    return files.stream()
        .filter(
            file ->
                NAMES.contains(file)
                    || LEGAL.stream().anyMatch(file::startsWith)
                    || ownCode && file.endsWith(".py"))
        .sorted()
        .toList();
  }
}
