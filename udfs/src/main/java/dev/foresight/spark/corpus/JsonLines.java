package dev.foresight.spark.corpus;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.foresight.Words;
import dev.foresight.spark.io.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Lines that are JSON objects, read by our own rules and not by Spark's: Spark would replace bytes
 * that are no UTF-8 and make text of numbers. Each line decides for itself what its document is;
 * what stands under other keys is passed over, however long, deep or unusual it is.
 */
final class JsonLines implements DocumentParser {
  private static final long serialVersionUID = 1L;
  private static final int SHOWN = 24; // characters of a line that is none

  private final String key;
  private final Conversations conversations;
  private final String shardKey;

  /**
   * @param key of the text or conversation
   * @param conversations renders values that are arrays
   * @param shardKey of the shard's id, null if another rule gives it
   */
  JsonLines(String key, Conversations conversations, String shardKey) {
    this.key = key;
    this.conversations = conversations;
    this.shardKey = shardKey;
  }

  @Override
  public Optional<Document> parse(byte[] content) throws DocumentException {
    String line = Utf8.decode(content);
    if (line.isBlank()) {
      return Optional.empty();
    }
    Map<String, JsonNode> wanted = new LinkedHashMap<>();
    read(
        line,
        (name, parser) -> {
          if (!name.equals(key) && !name.equals(shardKey)) {
            return;
          }
          if (wanted.put(name, parser.readValueAsTree()) != null) {
            throw new DocumentException(
                Words.format("the key '%s' stands twice: leave one of them out", name), 1);
          }
        });
    String text = wanted.containsKey(key) ? text(wanted.get(key)) : null;
    JsonNode shard = wanted.get(shardKey);
    String id = shard == null || !shard.isValueNode() ? null : shard.asText(null);
    for (String value : new String[] {text, id}) {
      if (value != null) {
        Utf8.requireWhole(value);
      }
    }
    return Optional.of(new Document(text, id, wanted.containsKey(key)));
  }

  private String text(JsonNode value) throws DocumentException {
    return switch (value.getNodeType()) {
      case NULL -> null;
      case STRING -> value.asText();
      case ARRAY -> conversations.render(value);
      default ->
          throw new DocumentException(
              Words.format("'%s' is no text but %s", key, Conversations.kind(value)), 1);
    };
  }

  @Override
  public Map<String, Long> otherKeys(byte[] content) throws DocumentException {
    Map<String, Long> lengths = new LinkedHashMap<>();
    read(
        Utf8.decode(content),
        (name, parser) -> {
          boolean text = parser.currentToken() == JsonToken.VALUE_STRING;
          lengths.put(name, text ? parser.getTextLength() : messages(parser));
        });
    return lengths;
  }

  /** The length of a conversation, 0 of anything else. */
  private static long messages(JsonParser parser) throws IOException {
    if (parser.currentToken() != JsonToken.START_ARRAY) {
      return 0;
    }
    JsonNode first = parser.<JsonNode>readValueAsTree().path(0);
    return first.has("role") || first.has("from") ? first.toString().length() : 0;
  }

  /** Is told of each key, the parser standing at its value. */
  @FunctionalInterface
  private interface Field {
    void read(String name, JsonParser parser) throws IOException, DocumentException;
  }

  private static void read(String line, Field field) throws DocumentException {
    try (JsonParser parser = Json.LINES.createParser(line)) {
      JsonToken first = parser.nextToken();
      if (first != JsonToken.START_OBJECT) {
        throw new DocumentException(
            first == JsonToken.START_ARRAY
                ? "not a JSON object but array: give each object a line of its own, for example by jq -c '.[]'"
                : "not a JSON object but a value alone",
            1);
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        parser.nextToken();
        field.read(name, parser);
        parser.skipChildren();
      }
      if (parser.nextToken() != null) {
        throw new DocumentException(
            "more than one JSON object: give each a line of its own, for example by jq -c .", 1);
      }
    } catch (JsonEOFException e) {
      throw new DocumentException(
          "not a JSON object: the line ends before it does. One that goes over several lines is made one by jq -c .",
          1);
    } catch (JsonProcessingException e) {
      throw new DocumentException(
          Words.format(
              "not a JSON object from character %d on (%s)", column(e), shown(line, column(e))),
          1);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // a string is no file
    }
  }

  private static int column(JsonProcessingException e) {
    return e.getLocation() == null ? 1 : Math.max(1, e.getLocation().getColumnNr());
  }

  private static String shown(String line, int column) {
    int from = Math.min(line.length(), column - 1);
    String rest = line.substring(from, Math.min(line.length(), from + SHOWN));
    return rest.codePoints()
        .map(c -> Character.isISOControl(c) ? '\uFFFD' : c)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }
}
