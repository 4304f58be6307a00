package dev.foresight.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foresight.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Settings as HOCON has them: github.com/lightbend/config/blob/main/HOCON.md. */
class SettingsFileTest {
  @TempDir private Path folder;

  private String write(String text) throws IOException {
    return Files.writeString(folder.resolve("s.conf"), text).toString();
  }

  private Setting setting(String text, String key) throws IOException {
    return SettingsFile.of(write(text)).find(key).orElseThrow();
  }

  @Test
  void settingSaysTheLineThatItStandsIn() throws IOException {
    String text =
        """
        # comment
        quantize {
          bits = 3

          group = 64
        }
        """;
    assertThat(setting(text, "quantize.bits").origin()).endsWith("s.conf, line 3");
    assertThat(setting(text, "quantize.group").origin()).endsWith("s.conf, line 5");
    assertThat(SettingsFile.of(write(text)).find("quantize.loss")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "3                | 3",
        "0.25             | 0.25",
        "true             | true",
        "some words here  | some words here",
        "\"a, b\"         | a, b",
        "0.25             | 0.25"
      })
  void valueIsReadAsItIsWritten(String written, String value) throws IOException {
    assertThat(setting("quantize.bits = " + written, "quantize.bits").shown()).isEqualTo(value);
  }

  @Test
  void laterOfTwoCountsAndKeysMayBeWrittenEitherWay() throws IOException {
    assertThat(setting("quantize.bits = 3, quantize { bits = 4 }", "quantize.bits").shown())
        .isEqualTo("4");
    assertThat(SettingsFile.of(write("a.b = 1, a { c = 2 }, \"a\".d = 3")).keys())
        .containsExactly("a.b", "a.c", "a.d");
  }

  @Test
  void substitutionsAreMade() throws IOException {
    assertThat(setting("base = /data\nquantize.model = ${base}/tiny", "quantize.model").shown())
        .isEqualTo("/data/tiny");
    assertThat(setting("quantize.model = tiny${?no_such_variable}", "quantize.model").shown())
        .isEqualTo("tiny");
  }

  @Test
  void listHasAValueForEachOfItsElements() throws IOException {
    Setting list = setting("quantize.shards = [code, \"a,b\", 3, true]", "quantize.shards");
    assertThat(list.values()).containsExactly("code", "a,b", "3", "true");
    assertThat(list.shown()).isEqualTo("[code, a,b, 3, true]");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {"quantize { bits = 3", "quantize.bits = ${nothing}", "bits = = 3", "{]", "a = \"x"})
  void damagedFileIsRefusedByName(String text) throws IOException {
    String file = write(text);
    assertThatThrownBy(() -> SettingsFile.of(file))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith("Settings file " + file + " is damaged: ");
  }

  @Test
  void folderIsNoFile() {
    assertThatThrownBy(() -> SettingsFile.of(folder.toString()))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith("There is no settings file " + folder);
  }

  @Test
  void listThatHoldsListsIsRefusedByItsKey() throws IOException {
    for (String list : List.of("[]", "[[1]]", "[null]", "[{}]")) {
      String file = write("quantize.shards = " + list);
      assertThatThrownBy(() -> SettingsFile.of(file))
          .isInstanceOf(InputException.class)
          .hasMessageStartingWith("quantize.shards in " + file + " is a list that is empty");
    }
  }
}
