package dev.foresight.spark.corpus;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.foresight.Words;
import java.util.Optional;

/**
 * Lines that are JSON objects, read by our own rules and not by Spark's: Spark would replace bytes
 * that are no UTF-8 and make text of numbers.
 */
final class JsonLines implements DocumentParser {
  private static final long serialVersionUID = 1L;

  /** Texts of any length; a line holds one value. */
  static final ObjectMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxStringLength(Integer.MAX_VALUE).build())
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private final String key;
  private final Conversations conversations;
  private final String shardKey;

  /**
   * @param key of the text
   * @param conversations null if the text is plain
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
    JsonNode object = object(line);
    JsonNode value = object.path(key);
    String text = conversations == null ? plain(value) : conversations.render(value);
    if (text != null) {
      Utf8.requireWhole(text);
    }
    JsonNode shard = shardKey == null ? null : object.path(shardKey);
    return Optional.of(new Document(text, shard == null ? null : shard.asText(null)));
  }

  static JsonNode object(String line) throws DocumentException {
    JsonNode node;
    try {
      node = MAPPER.readTree(line);
    } catch (JsonProcessingException e) {
      throw new DocumentException(
          Words.format("not a JSON object (%s)", e.getOriginalMessage().replaceAll("\\s+", " ")), 1);
    }
    if (!node.isObject()) {
      throw new DocumentException(
          Words.format("not a JSON object but %s", Conversations.kind(node)), 1);
    }
    return node;
  }

  private String plain(JsonNode value) throws DocumentException {
    if (value.isNull() || value.isMissingNode()) {
      return null;
    }
    if (!value.isTextual()) {
      throw new DocumentException(
          Words.format("'%s' is no text but %s", key, Conversations.kind(value)), 1);
    }
    return value.asText();
  }
}
