package dev.foresight.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.tensor.StrictJson;
import java.util.ArrayList;
import java.util.List;
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
  static ConfigObject parse(String text, String where) {
    return new ConfigObject(where, StrictJson.object(where, text));
  }

  /** The same object, where keys that it leaves out have the values of another. */
  ConfigObject over(String defaults) {
    ObjectNode merged = (ObjectNode) parse(defaults, "defaults").json();
    merged.setAll((ObjectNode) json.deepCopy());
    return new ConfigObject(where, merged);
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

  int positiveUpTo(String key, int most) {
    int value = positive(key);
    if (value > most) {
      throw refuse(key, Words.format("at most %d: no model is as large", most));
    }
    return value;
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

  /** Values of a list of positive numbers. */
  List<Double> positiveNumbers(String key, int count) {
    JsonNode list = required(key);
    List<Double> values = new ArrayList<>();
    list.forEach(value -> values.add(value.isNumber() ? value.doubleValue() : -1));
    if (!list.isArray()
        || values.size() != count
        || values.stream().anyMatch(v -> !(v > 0) || v.isInfinite())) {
      throw refuse(key, Words.format("a list of %d positive numbers", count));
    }
    return values;
  }

  /** A whole number that may be 0. */
  int count(String key) {
    JsonNode value = required(key);
    if (!value.canConvertToInt() || !value.isIntegralNumber() || value.intValue() < 0) {
      throw refuse(key, "an integer that is not negative");
    }
    return value.intValue();
  }

  /** Values of a list of strings. */
  List<String> texts(String key) {
    JsonNode list = required(key);
    List<String> values = new ArrayList<>();
    list.forEach(value -> values.add(value.asText()));
    if (!list.isArray()) {
      throw refuse(key, "a list of strings");
    }
    return values;
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

  ConfigObject requiredObject(String key) {
    required(key);
    return object(key).orElseThrow();
  }

  /** Refuses keys that nobody reads: a key that changes the model must never be ignored. */
  void allowOnly(Set<String> known) {
    json.fieldNames()
        .forEachRemaining(
            key -> {
              if (!known.contains(key)) {
                throw new InputException(
                    Words.format("%s has the key \"%s\" with value %s, which Foresight does not know: known are %s.", where, key, json.get(key), new TreeSet<>(known)));
              }
            });
  }

  InputException refuse(String key, String supported) {
    return new InputException(
        Words.format("%s: \"%s\" is %s, but must be %s.", where, key, json.get(key), supported));
  }

  private JsonNode required(String key) {
    if (!has(key)) {
      throw new InputException(
          Words.format("%s lacks the key \"%s\": add it, or take a config.json that transformers wrote.", where, key));
    }
    return json.get(key);
  }
}
