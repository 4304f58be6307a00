package dev.foresight.jobs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.Optional;

/** What a user should know of a model that brings Python code of its own. */
final class OwnCode {
  private OwnCode() {}

  /** A sentence, if the config names a class of its own for the model itself. */
  static Optional<String> note(ObjectNode config) {
    for (Map.Entry<String, JsonNode> name : config.path("auto_map").properties()) {
      if (name.getKey().startsWith("AutoModel")) {
        return Optional.of(
            "config.json names code of the model's own (%s), which is copied and never run: what was measured is the %s that transformers has built in. If that code computes otherwise, don't use this folder with trust_remote_code."
                .formatted(name.getValue().asText(), config.path("model_type").asText()));
      }
    }
    return Optional.empty();
  }
}
