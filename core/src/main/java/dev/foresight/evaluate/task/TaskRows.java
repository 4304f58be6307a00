package dev.foresight.evaluate.task;

import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.tensor.StrictJson;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** Reads the rows of a task from JSON lines. */
public final class TaskRows {
  private static final Pattern SUFFIXES = Pattern.compile("\\.(jsonl|json|ndjson)(\\.\\w+)?$");

  private TaskRows() {}

  /**
   * All rows of a file, rendered or with the fields of the data set; blank lines are left out.
   *
   * @param file its name, without folders; one that is the task's own ({@code arc_easy.jsonl.gz})
   *     claims to be the whole set
   * @param text its lines, parted by line feeds
   * @throws InputException naming the line and what is wrong with it, or the rows that the whole
   *     set lacks
   */
  public static List<Document> read(Task task, String file, String text) {
    List<Document> documents = new ArrayList<>();
    int number = 0;
    for (String line : (Iterable<String>) text.lines()::iterator) {
      number++;
      if (!line.isBlank()) {
        documents.add(document(task, file, number, line));
      }
    }
    if (documents.isEmpty()) {
      throw new InputException(Words.format("%s has no rows for --task %s.", file, task.key()));
    }
    String name = SUFFIXES.matcher(file.toLowerCase(Locale.ROOT)).replaceFirst("");
    if (name.equals(task.key()) && documents.size() != task.rows()) {
      throw new InputException(
          Words.format("%s is named as the whole set, which has %d rows, but holds %d: fetch it again, or name it", file, task.rows(), documents.size())
              + Words.format(" otherwise, for example %s_sample.jsonl.", task.key()));
    }
    return documents;
  }

  private static Document document(Task task, String file, int number, String line) {
    RowFields row =
        new RowFields(
            task, file, number, StrictJson.object(Words.format("%s, line %d", file, number), line));
    return RenderedFields.fit(row) ? RenderedFields.read(row) : task.ownFields(row);
  }
}
