package dev.foresight.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.foresight.InputException;
import java.io.File;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Conversations by many templates against transformers; started by {@code tools/chat-templates}.
 */
final class ChatTemplateReport {
  private ChatTemplateReport() {}

  private enum Outcome {
    EXACT,
    REFUSED_LIKE_TRANSFORMERS,
    REFUSED_HERE_ONLY,
    REFUSED_BY_TRANSFORMERS_ONLY,
    DIFFERENT
  }

  private static Outcome outcome(JsonNode golden) {
    String text;
    try {
      text = GoldenChat.template(golden).render(GoldenChat.messages(golden));
    } catch (InputException e) {
      return golden.has("refused") ? Outcome.REFUSED_LIKE_TRANSFORMERS : Outcome.REFUSED_HERE_ONLY;
    }
    if (golden.has("refused")) {
      return Outcome.REFUSED_BY_TRANSFORMERS_ONLY;
    }
    return text.equals(golden.get("text").asText()) ? Outcome.EXACT : Outcome.DIFFERENT;
  }

  /** Prints, for each template of a golden file, how many conversations ended in what way. */
  public static void main(String[] args) throws IOException {
    Map<String, Map<Outcome, Integer>> table = new LinkedHashMap<>();
    for (JsonNode golden : new ObjectMapper().readTree(new File(args[0]))) {
      table
          .computeIfAbsent(golden.get("source").asText(), s -> new LinkedHashMap<>())
          .merge(outcome(golden), 1, Integer::sum);
    }
    table.forEach((source, outcomes) -> System.out.printf("%-52s %s%n", source, outcomes));
    for (Outcome outcome : Outcome.values()) {
      long templates = table.values().stream().filter(o -> o.containsKey(outcome)).count();
      System.out.printf("%s: in %d of %d templates%n", outcome, templates, table.size());
    }
  }
}
