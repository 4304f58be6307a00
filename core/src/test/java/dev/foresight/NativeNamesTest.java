package dev.foresight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NativeNamesTest {
  @TempDir private Path folder;

  @Test
  void asciiIsSpelledEverywhereAndOtherScriptsInUtf8Alone() {
    assertThat(NativeNames.spells("plain", "ANSI_X3.4-1968")).isTrue();
    assertThat(NativeNames.spells("données", "ANSI_X3.4-1968")).isFalse();
    // would be listed as "donnÃ©es", and a shard of that name is none that other machines know
    assertThat(NativeNames.spells("donnÃ©es", "ISO-8859-1")).isFalse();
    assertThat(NativeNames.spells("données", "utf-8")).isTrue();
  }

  @Test
  void listedNameWithoutItsFileIsRefusedByItsFolder() {
    assertThatThrownBy(() -> NativeNames.requireListed(folder, "donn\ufffdes"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(folder.toString())
        .hasMessageContaining("donn\ufffdes")
        .hasMessageContaining("rename");
  }

  @Test
  void fileThatHasTheReplacementCharacterInItsNameIsAFile() throws IOException {
    Files.createFile(folder.resolve("odd\ufffd"));
    assertThat(NativeNames.requireListed(folder, "odd\ufffd")).isEqualTo("odd\ufffd");
  }

  @Test
  void linkThatLeadsNowhereIsThereAllTheSame() throws IOException {
    Files.createSymbolicLink(folder.resolve("odd\ufffd"), Path.of("nowhere"));
    assertThat(NativeNames.requireListed(folder, "odd\ufffd")).isEqualTo("odd\ufffd");
  }
}
