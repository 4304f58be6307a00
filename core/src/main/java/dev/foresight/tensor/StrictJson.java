package dev.foresight.tensor;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.foresight.InputException;
import dev.foresight.Words;

/** JSON in which a duplicate key or anything after the last brace is an error. */
public final class StrictJson {
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private StrictJson() {}

  /**
   * One JSON object, its keys in the order of the text.
   *
   * @param what what messages call the text, for example the path of a file
   * @throws InputException if the text is anything else
   */
  public static ObjectNode object(String what, String text) {
    JsonNode node;
    try {
      node = MAPPER.readTree(text);
    } catch (JsonProcessingException e) {
      throw new InputException(
          Words.format("%s is not valid JSON (%s). Fetch or write it again.", what, e.getOriginalMessage()),
          e);
    }
    if (node instanceof ObjectNode object) {
      return object;
    }
    throw new InputException(Words.format("%s is not a JSON object.", what));
  }

  /** Compact JSON text. */
  public static String compact(JsonNode node) {
    return node.toString();
  }

  /** JSON text for people, indented, with a line break at the end; the same on any platform. */
  public static String pretty(JsonNode node) {
    DefaultIndenter indenter = new DefaultIndenter("  ", "\n");
    try {
      return MAPPER
              .writer(
                  new DefaultPrettyPrinter()
                      .withObjectIndenter(indenter)
                      .withArrayIndenter(indenter))
              .writeValueAsString(node)
          + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("A tree of plain JSON values can't be written", e);
    }
  }
}
