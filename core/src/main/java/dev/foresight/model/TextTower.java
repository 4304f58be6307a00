package dev.foresight.model;

import dev.foresight.tensor.Checkpoint;
import java.util.List;
import java.util.Set;

/**
 * Finds the decoder inside models that also see: their config.json describes it under {@code
 * text_config}, their checkpoints put a prefix before the names of its tensors. All else of such a
 * model is left as it is.
 */
final class TextTower {
  private static final String TEXT = "text_config";

  /** Models whose text tower runs on text alone exactly as the plain decoder does. */
  private static final Set<String> WRAPPERS = Set.of("gemma3", "llava", "llava_next", "mistral3");

  /** Prefixes of the decoder and names of the head: plain, transformers 4, transformers 5. */
  private static final List<List<String>> PLACES =
      List.of(
          List.of("model.", "lm_head.weight"),
          List.of("language_model.model.", "language_model.lm_head.weight"),
          List.of("model.language_model.", "lm_head.weight"));

  private TextTower() {}

  /** The part of a config.json that describes the decoder. */
  static ConfigObject config(ConfigObject file) {
    return WRAPPERS.contains(file.text("model_type")) ? file.requiredObject(TEXT) : file;
  }

  /** The first of the objects that has one of the keys, else the first. */
  static ConfigObject having(List<String> keys, ConfigObject text, ConfigObject file) {
    return keys.stream().noneMatch(text::has) && keys.stream().anyMatch(file::has) ? file : text;
  }

  /** The table of a family with the names that this checkpoint has. */
  static Architecture locate(Architecture family, Checkpoint checkpoint) {
    return PLACES.stream()
        .map(place -> family.at(place.get(0), place.get(1)))
        .filter(architecture -> checkpoint.contains(architecture.embedding()))
        .findFirst()
        .orElse(family);
  }
}
