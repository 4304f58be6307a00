package dev.foresight.spark.store;

import static dev.foresight.spark.store.SmallShards.CONF;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foresight.InputException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StoreJsonTest {
  @TempDir private Path folder;

  /** A file of holes, longer than any commit: refused by its length, never read. */
  @Test
  void fileThatIsLongerThanAnyOfAStoreIsNotRead() throws IOException {
    Path file = folder.resolve("manifest.json");
    try (RandomAccessFile holes = new RandomAccessFile(file.toFile(), "rw")) {
      holes.setLength((256L << 20) + 1);
    }
    org.apache.hadoop.fs.Path path = new org.apache.hadoop.fs.Path(file.toUri());
    assertThatThrownBy(() -> StoreJson.bytes(CONF, path))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("has 268,435,457 bytes, more than any file of a store");
    Files.writeString(file, "{}");
    assertThat(StoreJson.bytes(CONF, path)).isEqualTo("{}".getBytes(UTF_8));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "[]", "1", "\"x\"", "null", "{", "{} {}", "{\"a\":1,\"a\":2}"})
  void whatIsNotOneObjectIsRefusedByName(String text) {
    assertThatThrownBy(() -> StoreJson.object("commits/1.json", text.getBytes(UTF_8)))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("commits/1.json");
  }

  /** 0xC3 begins a character of two bytes; a decoder that replaces would read another name. */
  @Test
  void textThatIsNotUtf8IsRefusedNotMended() {
    byte[] latin1 = "{\"id\": \"Ã\"}".getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
    assertThatThrownBy(() -> StoreJson.object("manifest.json", latin1))
        .isInstanceOf(InputException.class)
        .hasMessage("manifest.json is damaged: it is not UTF-8 text.");
    assertThat(StoreJson.object("x", "{\"id\": \"Ã\"}".getBytes(UTF_8)).path("id").asText())
        .isEqualTo("Ã");
  }
}
