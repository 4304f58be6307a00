package dev.foresight.model;

import java.util.List;
import java.util.Set;

/**
 * Finds the decoder inside models that also see: their config.json describes it under {@code
 * text_config}. All else of such a model is left as it is.
 */
final class TextTower {
  private static final String TEXT = "text_config";

  private static final String TIED = "tie_word_embeddings";

  /** Models whose text tower runs on text alone exactly as the plain decoder does. */
  private static final Set<String> WRAPPERS = Set.of("gemma3", "llava", "llava_next", "mistral3");

  private TextTower() {}

  /** The part of a config.json that describes the decoder. */
  static ConfigObject config(ConfigObject file) {
    return isPart(file) ? file.requiredObject(TEXT) : file;
  }

  /** Whether a config.json describes a larger model, of which the decoder is a part. */
  static boolean isPart(ConfigObject file) {
    return WRAPPERS.contains(file.text("model_type"));
  }

  /**
   * Whether a config.json says that the output head is the embedding, as transformers 5.23 reads
   * it: the larger model decides for its decoder, but LLaVA's did not in old files, so there either
   * may.
   *
   * @param text what it says of the decoder, over the defaults of the decoder's family
   */
  static boolean tied(ConfigObject file, ConfigObject text) {
    return switch (file.text("model_type")) {
      case "gemma3", "mistral3" -> file.flag(TIED, true);
      case "llava" -> file.flag(TIED, false) || text.flag(TIED, false);
      case "llava_next" -> file.flag(TIED, false);
      default -> text.flag(TIED, false);
    };
  }

  /** The first of the objects that has one of the keys, else the first. */
  static ConfigObject having(List<String> keys, ConfigObject text, ConfigObject file) {
    return keys.stream().noneMatch(text::has) && keys.stream().anyMatch(file::has) ? file : text;
  }
}
