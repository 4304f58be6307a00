package dev.foresight.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foresight.InputException;
import dev.foresight.tensor.LocalModelFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenizerTest {
  private static final Path TINY = Path.of("../datasets/models/foresight-tiny");

  @Test
  void documentOfTwoMegabytesIsNeitherTruncatedNorPadded() throws IOException {
    try (Tokenizer tokenizer = Tokenizer.open(new LocalModelFolder(TINY))) {
      String line = "The quick brown fox jumps over the lazy dog.\n";
      int lines = 2_000_000 / line.length();
      int[] one = tokenizer.encode(line);
      int[] all = tokenizer.encode(line.repeat(lines));
      // a line break ends a word in this tokenizer, so tokens never span two lines
      assertThat(all).hasSize(one.length * lines);
      assertThat(
              tokenizer.decode(
                  java.util.Arrays.copyOfRange(all, all.length - one.length, all.length)))
          .isEqualTo(line);
    }
  }

  @Test
  void textOfManyScriptsComesBackByteForByte() throws IOException {
    try (Tokenizer tokenizer = Tokenizer.open(new LocalModelFolder(TINY))) {
      String text = "naïve — 日本語, العربية, русский 🙂\n\tx = [1, 2]\u0000\r\n";
      assertThat(tokenizer.decode(tokenizer.encode(text))).isEqualTo(text);
    }
  }

  @Test
  void folderWithoutTokenizerIsRefusedByName(@TempDir Path folder) {
    assertThatThrownBy(() -> Tokenizer.open(new LocalModelFolder(folder)))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("has no tokenizer.json");
  }

  @Test
  void damagedTokenizerIsRefusedByName(@TempDir Path folder) throws IOException {
    Files.writeString(folder.resolve("tokenizer.json"), "{\"model\": 7}");
    assertThatThrownBy(() -> Tokenizer.open(new LocalModelFolder(folder)))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("tokenizer.json can't be read");
  }
}
