package dev.foresight.jobs.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.foresight.InputException;
import dev.foresight.spark.io.Footprint;
import dev.foresight.spark.io.LocalFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OutputFileTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Configuration conf = LocalFiles.use(new Configuration());

  @TempDir private Path folder;

  private Path file() {
    return folder.resolve("out.json");
  }

  private Footprint footprint() {
    return new Footprint().writesFile("--report", file().toString());
  }

  private OutputFile report(String command) throws IOException {
    return OutputFile.report(footprint(), "--report", command, conf);
  }

  private OutputFile file(boolean overwrite) throws IOException {
    return OutputFile.of(footprint(), "--report", overwrite, conf);
  }

  @Test
  void reportSaysWhoseItIsAndIsReplacedByOneOfTheSameCommandAlone() throws IOException {
    report("evaluate").writeReport(JSON.createObjectNode().put("answer", 1));
    JsonNode written = JSON.readTree(file().toFile());
    assertThat(written.path("writer").asText()).isEqualTo("foresight");
    assertThat(written.path("report").asText()).isEqualTo("evaluate");
    report("evaluate").writeReport(JSON.createObjectNode().put("answer", 2));
    assertThat(JSON.readTree(file().toFile()).path("answer").asInt()).isEqualTo(2);
    assertThatThrownBy(() -> report("compare"))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "%s exists and is no report of foresight compare: choose another --report, or remove it yourself.",
            new org.apache.hadoop.fs.Path(file().toUri()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "words",
        "[]",
        "{}",
        "{\"writer\": \"foresight\"}",
        "{\"writer\": \"somebody\", \"report\": \"evaluate\"}",
        "{\"writer\": \"foresight\", \"report\": \"evaluate\""
      })
  void fileOfSomebodyElseIsKept(String text) throws IOException {
    Files.writeString(file(), text);
    assertThatThrownBy(() -> report("evaluate"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("is no report of foresight evaluate");
    assertThat(file()).hasContent(text);
  }

  @Test
  void textInAnotherEncodingIsSomebodyElses() throws IOException {
    Files.write(file(), "{\"writer\": \"x\"}".getBytes(StandardCharsets.UTF_16));
    assertThatThrownBy(() -> report("evaluate")).isInstanceOf(InputException.class);
    Files.write(file(), new byte[] {'{', '"', (byte) 0xE9});
    assertThatThrownBy(() -> report("evaluate")).isInstanceOf(InputException.class);
  }

  @Test
  void fileIsReplacedOnlyOnRequest() throws IOException {
    file(false).write(out -> out.write('a'));
    assertThatThrownBy(() -> file(false))
        .isInstanceOf(InputException.class)
        .hasMessageEndingWith("exists: choose another --report, or pass --overwrite.");
    file(true).write(out -> out.write('b'));
    assertThat(file()).hasContent("b");
  }

  @Test
  void folderIsNoPlaceForAFile() throws IOException {
    Files.createDirectory(file());
    for (boolean overwrite : new boolean[] {false, true}) {
      assertThatThrownBy(() -> file(overwrite))
          .isInstanceOf(InputException.class)
          .hasMessageEndingWith("is a folder: choose another --report.");
    }
  }

  @Test
  void nothingIsLeftBesideTheFile() throws IOException {
    file(false).write(out -> out.write("text".getBytes(UTF_8)));
    assertThat(folder.toFile().list()).containsExactly("out.json");
    assertThatThrownBy(
            () ->
                file(true)
                    .write(
                        out -> {
                          out.write('x');
                          throw new IOException("the disk is gone");
                        }))
        .hasMessage("the disk is gone");
    assertThat(file()).hasContent("text");
  }

  /** A Spark job that writes into the same folder has one of that name. */
  @Test
  void folderOfUnfinishedFilesOfOthersStays() throws IOException {
    Files.createDirectory(folder.resolve("_temporary"));
    file(false).writeJson(JSON.createObjectNode().put("a", 1));
    assertThat(folder.toFile().list()).containsExactlyInAnyOrder("out.json", "_temporary");
    assertThat(Files.readString(file())).endsWith("}\n");
  }
}
