package dev.foresight.text.jinja;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foresight.text.python.RefusedException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What templates make of the three messages of template_golden.py. */
final class Rendered {
  private Rendered() {}

  static String of(String template) {
    return new ChatRenderer(template).render(names());
  }

  static void assertRefused(String template, String message) {
    assertThatThrownBy(() -> of(template)).isInstanceOf(RefusedException.class).hasMessage(message);
  }

  static Map<String, Object> names() {
    Map<String, Object> names = new HashMap<>();
    names.put(
        "messages",
        List.of(message("user", "a"), message("assistant", "b's"), message("user", "c")));
    names.put("tools", null);
    names.put("documents", null);
    names.put("add_generation_prompt", false);
    return names;
  }

  private static Map<String, Object> message(String role, String content) {
    Map<String, Object> message = new LinkedHashMap<>();
    message.put("role", role);
    message.put("content", content);
    return message;
  }
}
