package dev.foresight.spark.corpus;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.foresight.Words;
import dev.foresight.text.ChatMessage;
import dev.foresight.text.ChatTemplate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Conversations, JSON arrays of {@code {"role": …, "content": …}}, as the model wants them written.
 * A message with anything more in it (tool calls, images) is refused: the text would lack it.
 */
final class Conversations implements DocumentParser {
  private static final long serialVersionUID = 1L;

  private final ChatTemplate template;

  Conversations(ChatTemplate template) {
    this.template = template;
  }

  @Override
  public Optional<Document> parse(byte[] content) throws DocumentException {
    try {
      JsonNode messages = JsonLines.MAPPER.readTree(Utf8.decode(content));
      return Optional.of(new Document(render(messages), null));
    } catch (JsonProcessingException e) {
      throw new DocumentException(e.getOriginalMessage(), 1);
    }
  }

  /** The text of a conversation, null if there is none. */
  String render(JsonNode messages) throws DocumentException {
    if (messages.isNull() || messages.isMissingNode()) {
      return null;
    }
    if (!messages.isArray()) {
      throw new DocumentException(
          Words.format("the conversation is no array of messages but %s", kind(messages)), 1);
    }
    List<ChatMessage> conversation = new ArrayList<>();
    for (JsonNode message : messages) {
      for (Map.Entry<String, JsonNode> field : message.properties()) {
        boolean known = field.getKey().equals("role") || field.getKey().equals("content");
        if (!known && !field.getValue().isNull()) {
          throw new DocumentException(
              Words.format("a message has '%s', and only role and content can be rendered", field.getKey()),
              1);
        }
      }
      conversation.add(new ChatMessage(text(message, "role"), text(message, "content")));
    }
    return template.render(conversation);
  }

  private static String text(JsonNode message, String key) throws DocumentException {
    JsonNode value = message.path(key);
    if (!value.isTextual()) {
      throw new DocumentException(
          Words.format("the %s of a message is no text but %s", key, kind(value)), 1);
    }
    return value.asText();
  }

  static String kind(JsonNode value) {
    return value.isMissingNode()
        ? "missing"
        : value.getNodeType().name().toLowerCase(java.util.Locale.ROOT);
  }
}
