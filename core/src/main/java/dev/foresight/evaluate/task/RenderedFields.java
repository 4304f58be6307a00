package dev.foresight.evaluate.task;

import dev.foresight.Words;
import java.util.List;

/**
 * Rows that hold the texts as they are scored: {@code ctx}, {@code choices} and {@code gold};
 * {@code ctxs}, {@code cont} and {@code gold} where the contexts differ; {@code ctx} and {@code
 * target} where one continuation is to be found. Continuations carry the space in front of them.
 */
final class RenderedFields {
  private RenderedFields() {}

  /** Whether a row is in this form. */
  static boolean fit(RowFields row) {
    return row.has("ctx") && (row.has("choices") || row.has("target")) || row.has("ctxs");
  }

  static Document read(RowFields row) {
    return switch (row.task().kind()) {
      case CHOICES, ANSWERS -> choices(row);
      case CONTEXTS -> contexts(row);
      case EXACT -> Document.exact(row.line(), row.text("ctx"), spaced(row, row.text("target")));
    };
  }

  private static Document choices(RowFields row) {
    List<String> choices = row.texts("choices");
    return Document.choices(
        row.line(),
        row.text("ctx"),
        choices.stream().map(choice -> spaced(row, choice).substring(1)).toList(),
        row.place("gold", choices.size()));
  }

  private static Document contexts(RowFields row) {
    List<String> contexts = row.texts("ctxs");
    return Document.contexts(
        row.line(), contexts, spaced(row, row.text("cont")), row.place("gold", contexts.size()));
  }

  private static String spaced(RowFields row, String continuation) {
    if (continuation.charAt(0) != ' ') {
      throw row.refused(Words.format("\"%s\" does not begin with a space", continuation));
    }
    return continuation;
  }
}
