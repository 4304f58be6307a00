package dev.foresight.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.foresight.InputException;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * One JSON object of a config.json, whose getters refuse what they can't use by file, key and
 * value.
 *
 * @param where what messages call the file, and the path of the object inside it
 * @param json the object
 */
record ConfigObject(String where, JsonNode json) {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  static ConfigObject parse(String text, String where) {
    JsonNode json;
    try {
      json = MAPPER.readTree(text);
    } catch (JsonProcessingException e) {
      throw new InputException(
          "%s is no valid JSON: %s.".formatted(where, e.getOriginalMessage()), e);
    }
    if (!json.isObject()) {
      throw new InputException(
          "%s holds no JSON object: it must be a Hugging Face config.json.".formatted(where));
    }
    return new ConfigObject(where, json);
  }

  /** Whether the key is there with a value other than null. */
  boolean has(String key) {
    return json.hasNonNull(key);
  }

  int positive(String key) {
    JsonNode value = required(key);
    if (!value.canConvertToInt() || !value.isIntegralNumber() || value.intValue() < 1) {
      throw refuse(key, "a positive integer");
    }
    return value.intValue();
  }

  int positive(String key, int otherwise) {
    return has(key) ? positive(key) : otherwise;
  }

  double positiveNumber(String key) {
    JsonNode value = required(key);
    if (!value.isNumber() || !(value.doubleValue() > 0) || Double.isInfinite(value.doubleValue())) {
      throw refuse(key, "a positive number");
    }
    return value.doubleValue();
  }

  double positiveNumber(String key, double otherwise) {
    return has(key) ? positiveNumber(key) : otherwise;
  }

  boolean flag(String key, boolean otherwise) {
    if (!has(key)) {
      return otherwise;
    }
    if (!json.get(key).isBoolean()) {
      throw refuse(key, "true or false");
    }
    return json.get(key).booleanValue();
  }

  String text(String key) {
    JsonNode value = required(key);
    if (!value.isTextual()) {
      throw refuse(key, "a string");
    }
    return value.textValue();
  }

  Optional<ConfigObject> object(String key) {
    if (!has(key)) {
      return Optional.empty();
    }
    if (!json.get(key).isObject()) {
      throw refuse(key, "an object or null");
    }
    return Optional.of(new ConfigObject(where + ", " + key, json.get(key)));
  }

  /** Refuses keys that nobody reads: a key that changes the model must never be ignored. */
  void allowOnly(Set<String> known) {
    json.fieldNames()
        .forEachRemaining(
            key -> {
              if (!known.contains(key)) {
                throw new InputException(
                    "%s has the key \"%s\" with value %s, which Foresight does not know: known are %s."
                        .formatted(where, key, json.get(key), new TreeSet<>(known)));
              }
            });
  }

  InputException refuse(String key, String supported) {
    return new InputException(
        "%s: \"%s\" is %s, but must be %s.".formatted(where, key, json.get(key), supported));
  }

  private JsonNode required(String key) {
    if (!has(key)) {
      throw new InputException(
          "%s lacks the key \"%s\": add it, or take a config.json that transformers wrote."
              .formatted(where, key));
    }
    return json.get(key);
  }
}
