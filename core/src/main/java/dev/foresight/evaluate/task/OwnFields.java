package dev.foresight.evaluate.task;

import dev.foresight.Words;
import java.util.List;
import java.util.stream.Stream;

/** Rows by the names that the data sets themselves use, rendered as lm-evaluation-harness does. */
final class OwnFields {
  private static final String QUESTION = "Question: %s\nAnswer:";

  private OwnFields() {}

  static Document piqa(RowFields row) {
    List<String> solutions = List.of(row.text("sol1"), row.text("sol2"));
    return Document.choices(
        row.line(), Words.format(QUESTION, row.text("goal")), solutions, row.place("label", 2));
  }

  static Document arc(RowFields row) {
    String question = row.text("question");
    List<String> choices = row.texts("choices", "text");
    List<String> labels = row.texts("choices", "label");
    String key = row.text("answerKey");
    if (labels.size() != choices.size() || !labels.contains(key)) {
      throw row.refused(
          Words.format("\"answerKey\" is %s, where the %d choices are %s", key, choices.size(), labels));
    }
    return Document.choices(row.line(), Words.format(QUESTION, question), choices, labels.indexOf(key));
  }

  static Document hellaSwag(RowFields row) {
    String context =
        row.text("activity_label")
            + ": "
            + row.text("ctx_a")
            + " "
            + PythonText.capitalize(row.textOrEmpty("ctx_b"));
    List<String> endings = row.texts("endings").stream().map(PythonText::withoutMarks).toList();
    return Document.choices(
        row.line(), PythonText.withoutMarks(context), endings, row.place("label", endings.size()));
  }

  static Document lambada(RowFields row) {
    String text = row.text("text");
    int last = text.lastIndexOf(' ');
    if (last < 1 || last == text.length() - 1) {
      throw row.refused("\"text\" is no passage with a last word behind a space");
    }
    return Document.exact(row.line(), text.substring(0, last), text.substring(last));
  }

  static Document winoGrande(RowFields row) {
    String sentence = row.text("sentence");
    int gap = sentence.indexOf('_');
    String rest = gap < 0 ? "" : PythonText.strip(sentence.substring(gap + 1));
    if (rest.isEmpty()) {
      throw row.refused("\"sentence\" has no gap (_) with text behind it");
    }
    String answer = row.text("answer");
    if (!answer.equals("1") && !answer.equals("2")) {
      throw row.refused(Words.format("\"answer\" is \"%s\", where 1 and 2 can be right", answer));
    }
    List<String> contexts =
        Stream.of("option1", "option2")
            .map(option -> sentence.substring(0, gap) + row.text(option))
            .toList();
    return Document.contexts(row.line(), contexts, " " + rest, Integer.parseInt(answer) - 1);
  }

  static Document boolQ(RowFields row) {
    String context =
        Words.format("%s\nQuestion: %s?\nAnswer:", row.text("passage"), row.text("question"));
    int gold;
    if (row.json().path("answer").isBoolean()) { // the set's own files; SuperGLUE's have a label
      gold = row.json().path("answer").asBoolean() ? 1 : 0;
    } else {
      gold = row.place("label", 2);
    }
    return Document.choices(row.line(), context, List.of("no", "yes"), gold);
  }
}
