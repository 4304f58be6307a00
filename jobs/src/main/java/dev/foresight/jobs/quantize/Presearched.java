package dev.foresight.jobs.quantize;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.importance.Normalization;
import dev.foresight.importance.Roles;
import dev.foresight.importance.Weights;
import dev.foresight.importance.Window;
import dev.foresight.model.ModelConfig;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Windows that were searched for a family of models, from {@code conf/presearched}: the best form
 * differs by model, so a family's own beats the fallback.
 *
 * @param name the entry, or {@code fallback}
 * @param window what it says
 */
public record Presearched(String name, Window window) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Names of the entries that are built in; a class path can't be listed. */
  private static final List<String> FAMILIES =
      List.of("foresight-tiny", "foresight-small", "smollm2-135m");

  /** What is used where nothing was searched. */
  static Presearched fallback() {
    return new Presearched("fallback", Window.fallback());
  }

  /**
   * @param choice auto, fallback or the path of an entry
   * @throws InputException if the entry can't be read
   */
  static Presearched choose(String choice, ModelConfig config) throws IOException {
    if (choice.equals("fallback")) {
      return fallback();
    }
    if (!choice.equals("auto")) {
      Path file = Path.of(choice);
      if (!Files.isReadable(file)) {
        throw new InputException(
            Words.format(
                "--presearched %s: there is no such file; give auto, fallback or a path.", choice));
      }
      return entry(Files.readString(file), choice);
    }
    Optional<String> family = familyOf(JSON.readTree(config.json()));
    return family.isEmpty()
        ? fallback()
        : entry(text(family.get()), "conf/presearched/" + family.get() + ".json");
  }

  /**
   * The family whose entry is built in and matches, if there is one.
   *
   * @param config a model's config.json
   */
  public static Optional<String> familyOf(JsonNode config) throws IOException {
    for (String family : FAMILIES) {
      if (matches(JSON.readTree(text(family)).path("match"), config)) {
        return Optional.of(family);
      }
    }
    return Optional.empty();
  }

  private static String text(String family) throws IOException {
    String name = "/dev/foresight/jobs/conf/presearched/" + family + ".json";
    try (InputStream in = Presearched.class.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static boolean matches(JsonNode wanted, JsonNode config) {
    for (Map.Entry<String, JsonNode> field : wanted.properties()) {
      if (!field.getValue().equals(config.path(field.getKey()))) {
        return false;
      }
    }
    return !wanted.isEmpty();
  }

  private static Presearched entry(String text, String where) {
    try {
      JsonNode entry = JSON.readTree(text);
      JsonNode window = entry.required("window");
      return new Presearched(
          entry.required("family").asText(),
          new Window(
              window.required("blend").asDouble(Double.NaN),
              window.required("blocks").asInt(-1),
              Weights.parse(window.required("weights").asText()),
              Normalization.parse(window.required("normalization").asText()),
              Roles.parse(window.required("roles").asText())));
    } catch (JsonProcessingException | IllegalArgumentException e) {
      throw new InputException(
          Words.format("%s is no pre-searched entry: %s", where, e.getMessage()), e);
    }
  }
}
