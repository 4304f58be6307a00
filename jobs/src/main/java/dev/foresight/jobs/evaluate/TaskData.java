package dev.foresight.jobs.evaluate;

import dev.foresight.Hashing;
import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.evaluate.task.Document;
import dev.foresight.evaluate.task.PromptTokens;
import dev.foresight.evaluate.task.Task;
import dev.foresight.evaluate.task.TaskRows;
import dev.foresight.jobs.cli.TextFile;
import dev.foresight.spark.judge.DocumentJudge.Tokens;
import dev.foresight.text.Tokenizer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * The rows of a task, read and tokenized: all that can be refused is refused before a model runs.
 *
 * @param file its name
 * @param sha256 of its uncompressed bytes
 * @param rowsInFile all of them
 * @param documents those that count
 * @param tokens of each
 * @param positions tokens that the model reads at most; longer prompts were cut at the left
 * @param bos whether a BOS stands in front of every context
 */
record TaskData(
    Task task,
    String file,
    String sha256,
    int rowsInFile,
    List<Document> documents,
    List<Tokens> tokens,
    int positions,
    boolean bos) {

  /**
   * @param location of JSON lines
   * @param limit rows from the start that count, 0 for all
   * @throws InputException naming the line of a row that is wrong
   */
  static TaskData read(Task task, String location, int limit, JudgedModel model, Configuration conf)
      throws IOException {
    List<Path> files = TextFile.matching("--task", location, conf);
    if (files.size() > 1) {
      throw new InputException(
          Words.format(
              "--task %s=%s matches %d files: name one.", task.key(), location, files.size()));
    }
    TextFile file = TextFile.read(files.get(0), conf);
    String name = file.path().getName();
    List<Document> all = TaskRows.read(task, name, file.text());
    List<Document> documents = limit == 0 ? all : all.subList(0, Math.min(limit, all.size()));
    List<Tokens> tokens = new ArrayList<>();
    try (Tokenizer tokenizer = Tokenizer.open(model.folder())) {
      for (Document document : documents) {
        tokens.add(tokens(tokens.size(), document, tokenizer, model.positions(), name));
      }
      return new TaskData(
          task,
          name,
          Hashing.sha256Hex(file.bytes()),
          all.size(),
          documents,
          tokens,
          model.positions(),
          tokenizer.addsBos());
    }
  }

  private static Tokens tokens(
      int number, Document document, Tokenizer tokenizer, int positions, String file) {
    String where = Words.format("%s, line %d", file, document.line());
    List<PromptTokens> prompts =
        document.prompts().stream()
            .map(prompt -> PromptTokens.of(prompt, tokenizer, positions, where))
            .toList();
    return new Tokens(number, prompts);
  }
}
