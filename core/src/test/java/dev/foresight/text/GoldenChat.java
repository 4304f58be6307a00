package dev.foresight.text;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A rendered conversation of chat_golden.py. */
final class GoldenChat {
  private GoldenChat() {}

  static ChatTemplate template(JsonNode golden) {
    Map<String, String> tokens = new HashMap<>();
    golden.get("tokens").properties().forEach(t -> tokens.put(t.getKey(), t.getValue().asText()));
    return new ChatTemplate(golden.get("source").asText(), golden.get("template").asText(), tokens);
  }

  static List<ChatMessage> messages(JsonNode golden) {
    List<ChatMessage> messages = new ArrayList<>();
    golden
        .get("messages")
        .forEach(
            m -> messages.add(new ChatMessage(m.get("role").asText(), m.get("content").asText())));
    return messages;
  }
}
