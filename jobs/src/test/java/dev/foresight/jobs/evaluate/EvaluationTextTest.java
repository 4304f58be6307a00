package dev.foresight.jobs.evaluate;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foresight.InputException;
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
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Text that a model is judged on, as token ids. */
class EvaluationTextTest {
  private static Tokenizer tokenizer;

  private final Configuration conf = new Configuration();

  @TempDir private Path folder;

  @BeforeAll
  static void open() throws IOException {
    tokenizer = Tokenizer.open(new LocalModelFolder(Cli.TINY));
  }

  @AfterAll
  static void close() {
    tokenizer.close();
  }

  private EvaluationText read(String name) throws IOException {
    return EvaluationText.read(folder + "/" + name, conf, tokenizer);
  }

  private void write(String name, String text) throws IOException {
    Files.writeString(folder.resolve(name), text);
  }

  /** The texts one after the other, with one end-of-sequence token between two. */
  private static int[] joined(String... texts) {
    IntStream all = IntStream.of(tokenizer.prefix());
    for (int i = 0; i < texts.length; i++) {
      if (i > 0) {
        all = IntStream.concat(all, IntStream.of(tokenizer.eos("test")));
      }
      all = IntStream.concat(all, Arrays.stream(tokenizer.encode(texts[i])));
    }
    return IntStream.concat(all, IntStream.of(tokenizer.suffix())).toArray();
  }

  @Test
  void plainTextIsOneDocument() throws Exception {
    write("t.txt", "one line\r\nand another {\"text\": 1}\n");
    EvaluationText text = read("t.txt");
    assertThat(text.tokens()).isEqualTo(joined("one line\nand another {\"text\": 1}\n"));
    assertThat(text.name()).isEqualTo("t.txt");
    byte[] hash =
        MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(folder.resolve("t.txt")));
    assertThat(text.sha256())
        .as("of the bytes as they lie")
        .isEqualTo(HexFormat.of().formatHex(hash));
  }

  @Test
  void eachLineOfJsonIsADocumentAndBlankOnesAreNone() throws IOException {
    write(
        "t.jsonl",
        "{\"text\": \"first\"}\n\n  \n{\"id\": 1, \"text\": \"zweites ü\"}\r\n{\"text\": \"\"}");
    assertThat(read("t.jsonl").tokens()).isEqualTo(joined("first", "zweites ü", ""));
  }

  @Test
  void filesOfAGlobAreJoinedInTheOrderOfTheirNames() throws Exception {
    write("b.txt", "second");
    write("a.jsonl", "{\"text\": \"first\"}\n{\"text\": \"more\"}");
    EvaluationText text = read("[ab].*");
    assertThat(text.tokens()).isEqualTo(joined("first", "more", "second"));
    assertThat(text.name()).isEqualTo("[ab].*");
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    digest.update(Files.readAllBytes(folder.resolve("a.jsonl")));
    digest.update("second".getBytes(UTF_8));
    assertThat(text.sha256()).isEqualTo(HexFormat.of().formatHex(digest.digest()));
  }

  /** Blank lines are no documents, so that the third line is the second document. */
  @Test
  void documentThatIsNoneIsRefusedByItsNumber() throws IOException {
    for (String bad :
        new String[] {"{\"body\": \"x\"}", "{\"text\": null}", "{\"text\": 1}", "[]"}) {
      write("t.jsonl", "{\"text\": \"first\"}\n\n" + bad);
      assertThatThrownBy(() -> read("t.jsonl"))
          .as(bad)
          .isInstanceOf(InputException.class)
          .hasMessageEndingWith("t.jsonl: document 2 has no \"text\".");
    }
    write("t.jsonl", "{\"text\": \"cut");
    assertThatThrownBy(() -> read("t.jsonl"))
        .isInstanceOf(InputException.class)
        .hasMessageEndingWith("t.jsonl: document 1 is not JSON.");
  }

  @Test
  void emptyTextIsWhatTheTokenizerPutsAroundIt() throws IOException {
    write("t.txt", "");
    assertThat(read("t.txt").tokens()).isEqualTo(joined(""));
    write("t.jsonl", "\n\n");
    assertThat(read("t.jsonl").tokens()).isEqualTo(joined(""));
  }
}
