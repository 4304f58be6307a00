package dev.foresight.spark.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whether a later run of the same pattern would read what this one writes. */
class FileGlobTest {
  private final Configuration conf = new Configuration();

  @TempDir private Path temporary;
  private Path folder;

  @BeforeEach
  void real() throws IOException {
    folder = temporary.toRealPath();
  }

  private FileGlob glob(String pattern) {
    return new FileGlob(new org.apache.hadoop.fs.Path(folder + "/" + pattern), conf);
  }

  private boolean finds(String pattern, String target, String... names) throws IOException {
    return glob(pattern).finds(RealPlace.ofLocal(folder.resolve(target)), List.of(names));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "*.jsonl         | out       | report.json  | false",
        "*.jsonl         | x.jsonl   | ''           | true",
        "*               | out       | report.json  | true",
        "*/*.json        | out       | report.json  | true",
        "*/*.json        | out       | run.jsonl    | false",
        "data/*.json     | out       | report.json  | false",
        "{data,out}/*    | out       | report.json  | true",
        "{data/*,x}.json | data      | report.json  | true",
        "o?t/*.json      | out       | report.json  | true",
        "[a-n]*/*.json   | out       | report.json  | false",
        "out/report.json | out       | report.json  | false", // no pattern: found() has it
        "*/*/*           | out       | report.json  | false",
        "*/*/*           | out       | rows/a.json  | true"
      })
  void whatWouldMatchIsFoundBeforeItIsThere(
      String pattern, String target, String name, boolean found) throws IOException {
    assertThat(finds(pattern, target, name)).isEqualTo(found);
  }

  @Test
  void oneNameOfManyIsEnough() throws IOException {
    assertThat(finds("*/*.md", "out", "report.json", "README.md")).isTrue();
    assertThat(finds("*/*.md", "out", "report.json", "config.json")).isFalse();
    assertThat(finds("*/*.md", "out")).isFalse();
  }

  @Test
  void patternThatIsNoneFindsNothing() throws IOException {
    assertThat(finds("[a", "out", "a")).isFalse();
    assertThat(finds("{a", "out", "a")).isFalse();
  }

  @Test
  void patternBehindALinkFindsWhatIsWrittenWhereItLeads() throws IOException {
    Files.createDirectories(folder.resolve("data"));
    Files.createSymbolicLink(folder.resolve("link"), folder.resolve("data"));
    assertThat(finds("link/*.json", "data", "report.json")).isTrue();
    assertThat(finds("link/*.json", "link", "report.json")).isTrue();
  }

  @Test
  void filesOfThePatternAreFoundAndTheFileOfItsVeryName() throws IOException {
    Files.writeString(folder.resolve("a1"), "");
    Files.writeString(folder.resolve("a2"), "");
    assertThat(glob("a*").found())
        .extracting(RealPlace::local)
        .containsExactly(folder.resolve("a*"), folder.resolve("a1"), folder.resolve("a2"));
    Files.writeString(folder.resolve("a*"), "");
    assertThat(glob("a*").found()).extracting(RealPlace::local).containsOnly(folder.resolve("a*"));
  }
}
