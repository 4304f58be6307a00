package dev.foresight.evaluate.task;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.foresight.InputException;
import dev.foresight.Words;
import java.util.ArrayList;
import java.util.List;

/**
 * The fields of one row, each asked for in the type that it must have.
 *
 * @param file what messages call the file
 * @param line from 1
 */
record RowFields(Task task, String file, int line, ObjectNode json) {
  boolean has(String field) {
    return json.hasNonNull(field);
  }

  /**
   * @throws InputException if the field is missing, no text or blank
   */
  String text(String field) {
    JsonNode value = require(field);
    if (!value.isTextual()) {
      throw refused(Words.format("\"%s\" is %s, not a text", field, value));
    }
    if (PythonText.strip(value.asText()).isEmpty()) {
      throw refused(Words.format("\"%s\" is empty", field));
    }
    return value.asText();
  }

  /** The same where an empty text says something. */
  String textOrEmpty(String field) {
    return require(field).isTextual() && json.get(field).asText().isEmpty() ? "" : text(field);
  }

  /**
   * At least two texts.
   *
   * @throws InputException if the field is missing or anything else
   */
  List<String> texts(String field) {
    return texts(field, require(field));
  }

  /** Texts of an object's field. */
  List<String> texts(String object, String field) {
    String name = object + "." + field;
    JsonNode value = require(object).path(field);
    if (value.isMissingNode() || value.isNull()) {
      throw refused(Words.format("\"%s\" is missing", name));
    }
    return texts(name, value);
  }

  private List<String> texts(String name, JsonNode value) {
    List<String> texts = new ArrayList<>();
    for (JsonNode entry : value) {
      if (!entry.isTextual() || PythonText.strip(entry.asText()).isEmpty()) {
        throw refused(Words.format("\"%s\" holds %s where a text is due", name, entry));
      }
      texts.add(entry.asText());
    }
    if (!value.isArray() || texts.size() < 2) {
      throw refused(Words.format("\"%s\" is no list of two texts or more", name));
    }
    return texts;
  }

  /**
   * A place in a list, as a number or its digits.
   *
   * @param size of the list
   * @throws InputException if it lies outside, as −1 and "" of sets without answers do
   */
  int place(String field, int size) {
    JsonNode value = require(field);
    String digits = value.isIntegralNumber() || value.isTextual() ? value.asText() : "";
    for (int place = 0; place < size; place++) {
      if (digits.equals(Integer.toString(place))) {
        return place;
      }
    }
    throw refused(
        Words.format("\"%s\" is %s, where 0 to %d can be right; sets without answers can't be scored", field, value, size - 1));
  }

  private JsonNode require(String field) {
    if (!has(field)) {
      throw refused(Words.format("\"%s\" is missing among %s", field, names()));
    }
    return json.get(field);
  }

  private List<String> names() {
    List<String> names = new ArrayList<>();
    json.fieldNames().forEachRemaining(names::add);
    return names;
  }

  /** What is wrong, with where and how to mend it. */
  InputException refused(String what) {
    return new InputException(
        Words.format("%s, line %d: %s. Rows of %s are rendered (docs/evaluation.md) or have the fields of the data", file, line, what, task.key())
            + " set: mend or remove the row.");
  }
}
