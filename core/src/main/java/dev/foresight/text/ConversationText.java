package dev.foresight.text;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Conversations where text is expected: JSON behind a control character that no text begins with,
 * for those who need the messages themselves and not what a template makes of them.
 */
public final class ConversationText {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final ObjectReader READER =
      JSON.reader().with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
  private static final String ROLE = "role";
  private static final String CONTENT = "content";
  private static final char MARK = '\u001e'; // ASCII's record separator

  private ConversationText() {}

  /** A conversation as text. */
  public static String write(List<ChatMessage> messages) {
    return MARK + json(messages).toString();
  }

  /** A conversation as corpora hold it. */
  public static ArrayNode json(List<ChatMessage> messages) {
    ArrayNode array = JSON.createArrayNode();
    messages.forEach(
        message -> array.addObject().put(ROLE, message.role()).put(CONTENT, message.content()));
    return array;
  }

  /** The conversation that a text is, if it is one. */
  public static Optional<List<ChatMessage>> read(String text) {
    if (text.isEmpty() || text.charAt(0) != MARK) {
      return Optional.empty();
    }
    try {
      JsonNode array = READER.readTree(text.substring(1));
      List<ChatMessage> messages = new ArrayList<>();
      for (JsonNode message : array) {
        if (!message.path(ROLE).isTextual() || !message.path(CONTENT).isTextual()) {
          return Optional.empty();
        }
        messages.add(new ChatMessage(message.get(ROLE).asText(), message.get(CONTENT).asText()));
      }
      return array.isArray() ? Optional.of(messages) : Optional.empty();
    } catch (JsonProcessingException e) { // somebody's text with that character in front
      return Optional.empty();
    }
  }
}
