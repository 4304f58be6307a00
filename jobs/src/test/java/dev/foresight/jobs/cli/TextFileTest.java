package dev.foresight.jobs.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foresight.InputException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TextFileTest {
  private final Configuration conf = new Configuration();

  @TempDir private Path folder;

  private TextFile read(String name) throws IOException {
    return TextFile.read(new org.apache.hadoop.fs.Path(folder.resolve(name).toUri()), conf);
  }

  /** open(…) of Python 3 reads \r\n and \r as \n, and no other character. */
  @Test
  void lineEndsAreThoseOfPythonsTextMode() throws IOException {
    Files.writeString(folder.resolve("t.txt"), "a\r\nb\rc\n\r\n\u2028d\u0085\f\r\r");
    assertThat(read("t.txt").text()).isEqualTo("a\nb\nc\n\n\u2028d\u0085\f\n\n");
  }

  @Test
  void bytesAreThoseBehindTheCompression() throws IOException {
    try (OutputStream out =
        new GZIPOutputStream(Files.newOutputStream(folder.resolve("t.txt.gz")))) {
      out.write("grüße\r\n".getBytes(UTF_8));
    }
    assertThat(read("t.txt.gz").bytes()).isEqualTo("grüße\r\n".getBytes(UTF_8));
    assertThat(read("t.txt.gz").text()).isEqualTo("grüße\n");
  }

  @Test
  void textThatIsNoUtf8IsRefusedByName() throws IOException {
    Files.write(folder.resolve("t.txt"), new byte[] {'a', (byte) 0xE9});
    TextFile file = read("t.txt");
    assertThatThrownBy(file::text)
        .isInstanceOf(InputException.class)
        .hasMessageEndingWith("t.txt is not UTF-8 text: convert it first.");
  }

  @ParameterizedTest
  @CsvSource({
    "a.jsonl, true",
    "a.json, true",
    "a.ndjson.gz, true",
    "a.b.jsonl.zst, true",
    "a.txt, false",
    "a.jsonl.txt, false",
    "a.json.md, false",
    "jsonl, false",
    "a.jsonl.d/x.txt, false",
    "a.jsonlx, false"
  })
  void suffixSaysWhetherLinesAreObjects(String name, boolean lines) {
    assertThat(new TextFile(new org.apache.hadoop.fs.Path("/x/" + name), new byte[0]).jsonLines())
        .isEqualTo(lines);
  }

  @Test
  void filesOfAGlobComeInOrder() throws IOException {
    for (String name : new String[] {"b.txt", "a.txt", "c.md"}) {
      Files.writeString(folder.resolve(name), name);
    }
    assertThat(TextFile.matching("--data", folder + "/*.txt", conf))
        .extracting(org.apache.hadoop.fs.Path::getName)
        .containsExactly("a.txt", "b.txt");
    assertThatThrownBy(() -> TextFile.matching("--data", folder + "/*.csv", conf))
        .isInstanceOf(InputException.class)
        .hasMessage("There is no file --data %s/*.csv: check the path.", folder);
    assertThatThrownBy(() -> TextFile.matching("--data", folder.toString(), conf))
        .isInstanceOf(InputException.class)
        .hasMessageEndingWith("is a folder: name a file, or files by a glob.");
  }
}
