package dev.foresight.spark.corpus;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.spark.io.Json;
import dev.foresight.text.ChatMessage;
import dev.foresight.text.ChatTemplate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Conversations, JSON arrays of {@code {"role": …, "content": …}}, or ShareGPT's {@code {"from": …,
 * "value": …}}, as the model wants them written. A message with anything more in it (tool calls,
 * images) is refused: the text would lack it.
 */
final class Conversations implements DocumentParser {
  private static final long serialVersionUID = 1L;

  /** ShareGPT's names of those who speak, as FastChat and axolotl read them. */
  private static final Map<String, String> SHAREGPT_ROLES =
      Map.of(
          "human",
          "user",
          "user",
          "user",
          "gpt",
          "assistant",
          "assistant",
          "assistant",
          "system",
          "system");

  private final ChatTemplate template;
  private final String noTemplate;

  private Conversations(ChatTemplate template, String noTemplate) {
    this.template = template;
    this.noTemplate = noTemplate;
  }

  /**
   * @param chat asked for the template at once; its refusal counts only for a corpus that holds a
   *     conversation
   */
  static Conversations of(Supplier<ChatTemplate> chat) {
    try {
      return new Conversations(chat.get(), null);
    } catch (InputException e) {
      return new Conversations(null, e.getMessage());
    }
  }

  @Override
  public Optional<Document> parse(byte[] content) throws DocumentException {
    try {
      JsonNode messages = Json.LINES.readTree(Utf8.decode(content));
      return Optional.of(new Document(render(messages), null, true));
    } catch (JsonProcessingException e) { // Spark wrote it
      throw new IllegalStateException(e);
    }
  }

  /** The text of a conversation. */
  String render(JsonNode messages) throws DocumentException {
    List<ChatMessage> conversation = new ArrayList<>();
    for (JsonNode message : messages) {
      if (!message.isObject()) {
        throw new DocumentException(
            Words.format(
                "the array is no conversation: it holds %s, not messages with role and content",
                kind(message)),
            1);
      }
      conversation.add(
          message.has("from") && !message.has("role") ? shareGpt(message) : message(message));
    }
    if (template == null) {
      throw new InputException(noTemplate);
    }
    return template.render(conversation);
  }

  private static ChatMessage message(JsonNode message) throws DocumentException {
    requireOnly(message, "role", "content");
    return new ChatMessage(text(message, "role"), text(message, "content"));
  }

  private static ChatMessage shareGpt(JsonNode message) throws DocumentException {
    requireOnly(message, "from", "value");
    String from = text(message, "from");
    String role = SHAREGPT_ROLES.get(from);
    if (role == null) {
      throw new DocumentException(
          Words.format(
              "a message is from '%s', and only human, gpt and system (user, assistant) can be rendered",
              from),
          1);
    }
    return new ChatMessage(role, text(message, "value"));
  }

  private static void requireOnly(JsonNode message, String role, String content)
      throws DocumentException {
    Set<String> known = Set.of(role, content);
    for (Map.Entry<String, JsonNode> field : message.properties()) {
      if (!known.contains(field.getKey()) && !field.getValue().isNull()) {
        throw new DocumentException(
            Words.format(
                "a message has '%s', and only %s and %s can be rendered",
                field.getKey(), role, content),
            1);
      }
    }
  }

  private static String text(JsonNode message, String key) throws DocumentException {
    JsonNode value = message.path(key);
    if (value.isArray()) {
      throw new DocumentException(
          Words.format(
              "the %s of a message is no text but array (of parts): make one text of them, or leave the conversation out",
              key),
          1);
    }
    if (!value.isTextual()) {
      throw new DocumentException(
          Words.format("the %s of a message is no text but %s", key, kind(value)), 1);
    }
    return value.asText();
  }

  /** What a value is, in words. */
  static String kind(JsonNode value) {
    return value.isMissingNode() ? "missing" : value.getNodeType().name().toLowerCase(Locale.ROOT);
  }
}
