package dev.foresight.spark.functions;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExecutorTokenizerTest {
  private static final Path TINY = Path.of("../datasets/models/foresight-tiny");
  private static final String TOKENIZER = "tokenizer.json";

  @TempDir private Path folder;

  @BeforeEach
  void copyModel() throws IOException {
    for (String file : new String[] {TOKENIZER, "tokenizer_config.json", "config.json"}) {
      Files.copy(TINY.resolve(file), folder.resolve(file));
    }
  }

  private int[] encoded(String text) {
    return ExecutorTokenizer.of(folder.toString()).encode(text);
  }

  /** The normalizer of tokenizer.json runs before everything else. */
  private void writeAgainInLowerCase() throws IOException {
    Path file = folder.resolve(TOKENIZER);
    ObjectMapper json = new ObjectMapper();
    ObjectNode tokenizer = (ObjectNode) json.readTree(file.toFile());
    tokenizer.putObject("normalizer").put("type", "Lowercase");
    json.writeValue(file.toFile(), tokenizer);
    Files.setLastModifiedTime(file, FileTime.from(Instant.parse("2030-01-01T00:00:00Z")));
  }

  @Test
  void folderThatWasWrittenAgainIsReadAgain() throws IOException {
    int[] small = encoded("the cat");
    assertThat(encoded("THE CAT")).isNotEqualTo(small);

    writeAgainInLowerCase();

    assertThat(encoded("THE CAT")).isEqualTo(small);
  }

  @Test
  void folderThatStaysKeepsItsTokenizer() {
    assertThat(ExecutorTokenizer.of(folder.toString()))
        .isSameAs(ExecutorTokenizer.of(folder.toString()));
  }
}
