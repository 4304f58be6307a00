package dev.foresight.jobs.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foresight.InputException;
import dev.foresight.evaluate.task.PromptTokens;
import dev.foresight.evaluate.task.Task;
import dev.foresight.jobs.Cli;
import dev.foresight.tensor.LocalModelFolder;
import dev.foresight.text.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows of a task as tokens, before any model runs. */
class TaskDataTest {
  private static final String ROW =
      "{\"goal\": \"Open a jar\", \"sol1\": \"Sing\", \"sol2\": \"Turn its lid\", \"label\": 1}\n";

  private static JudgedModel model;

  private final Configuration conf = new Configuration();

  @TempDir private Path folder;

  @BeforeAll
  static void open() throws IOException {
    model = JudgedModel.open(Cli.TINY.toString(), new Configuration());
  }

  private TaskData read(String name, String text, int limit) throws IOException {
    Files.writeString(folder.resolve(name), text);
    return TaskData.read(Task.PIQA, folder.resolve(name).toString(), limit, model, conf);
  }

  @Test
  void modelIsOpenedWithWhatItsConfigSays() {
    assertThat(model.positions()).isEqualTo(2048);
    assertThat(model.vocabulary()).isEqualTo(4096);
  }

  /** The continuation's tokens are those that come behind the context's. */
  @Test
  void promptIsItsContextAndItsContinuation() throws IOException {
    TaskData data = read("rows.jsonl", ROW, 0);
    PromptTokens second = data.tokens().get(0).prompts().get(1);
    try (Tokenizer tokenizer = Tokenizer.open(new LocalModelFolder(Cli.TINY))) {
      String context = "Question: Open a jar\nAnswer:";
      int[] whole =
          IntStream.concat(
                  IntStream.of(tokenizer.prefix()),
                  Arrays.stream(tokenizer.encode(context + " Turn its lid")))
              .toArray();
      assertThat(second.tokens()).isEqualTo(whole);
      assertThat(second.continuation())
          .isEqualTo(whole.length - tokenizer.prefix().length - tokenizer.encode(context).length);
    }
    assertThat(data.tokens().get(0).prompts()).hasSize(2);
    assertThat(data.documents().get(0).gold()).isEqualTo(1);
  }

  @Test
  void rowsFromTheStartCountAndAllAreCounted() throws Exception {
    TaskData two = read("rows.jsonl", ROW.repeat(5), 2);
    assertThat(two.documents()).hasSize(2);
    assertThat(two.tokens()).hasSize(2);
    assertThat(two.rowsInFile()).isEqualTo(5);
    byte[] bytes = Files.readAllBytes(folder.resolve("rows.jsonl"));
    assertThat(two.sha256())
        .isEqualTo(HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes)));
    assertThat(read("rows.jsonl", ROW.repeat(5), 0).documents()).hasSize(5);
    assertThat(read("rows.jsonl", ROW.repeat(5), 9).documents()).hasSize(5);
  }

  @Test
  void rowOfTheModelsLengthIsCutAtTheLeft() throws IOException {
    String longer = ROW.replace("Open a jar", "Open a jar ".repeat(2000));
    PromptTokens cut = read("rows.jsonl", longer, 0).tokens().get(0).prompts().get(0);
    assertThat(cut.tokens()).hasSize(2048 + 1); // the last token is only scored
  }

  @Test
  void wrongRowIsNamedByItsLineAlsoBehindTheLimit() {
    assertThatThrownBy(() -> read("rows.jsonl", ROW + "\n" + "{\"goal\": \"x\"}", 1))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith("rows.jsonl, line 3: \"sol1\" is missing");
  }

  @Test
  void severalFilesAreNotOneTask() throws IOException {
    Files.writeString(folder.resolve("a.jsonl"), ROW);
    Files.writeString(folder.resolve("b.jsonl"), ROW);
    assertThatThrownBy(() -> TaskData.read(Task.PIQA, folder + "/*.jsonl", 0, model, conf))
        .isInstanceOf(InputException.class)
        .hasMessage("--task piqa=%s/*.jsonl matches 2 files: name one.", folder);
  }

  @Test
  void referenceOfAnotherVocabularyIsRefused() throws IOException {
    JudgedModel other =
        new JudgedModel(
            "other", model.folder(), model.fingerprint(), 2048, 4097, java.util.List.of());
    assertThatThrownBy(() -> model.requireSameVocabulary(other))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("has a vocabulary of 4096 and its reference other one of 4097");
    model.requireSameVocabulary(model);
  }
}
