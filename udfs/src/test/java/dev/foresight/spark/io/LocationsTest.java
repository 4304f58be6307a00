package dev.foresight.spark.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foresight.InputException;
import dev.foresight.spark.store.ShardNames;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LocationsTest {
  @ParameterizedTest
  @ValueSource(
      strings = {"run-10:30.jsonl", "a:b/c:d", "10:30", "a/b:c", "100%25 [x]{y}?", "a\\b:"})
  void colonInAPathIsNoScheme(String name) throws IOException {
    String expected = Path.of(name).toAbsolutePath().toString();
    org.apache.hadoop.fs.Path path =
        new org.apache.hadoop.fs.Path(Locations.qualify(name, new Configuration()));
    assertThat(path.toUri().getPath()).isEqualTo(expected);
    assertThat(path.toUri().getScheme()).isEqualTo("file");
  }

  @Test
  void uriKeepsItsScheme() {
    assertThat(Locations.path("s3a://bucket/a:b").toUri().getScheme()).isEqualTo("s3a");
    assertThat(Locations.path("file:/a:b").toUri().getPath()).isEqualTo("/a:b");
  }

  @Test
  void emptyLocationIsRefused() {
    assertThatThrownBy(() -> Locations.path("")).isInstanceOf(InputException.class);
  }

  @Test
  void shardsWithCommasInTheirIdsAreFound() {
    List<String> known = List.of("a", "b,c", "b", "a,b,c");
    assertThat(ShardNames.of(List.of("a", "b", "c"), known)).containsExactly("a", "b,c");
    assertThat(ShardNames.of(List.of("b", "a"), known)).containsExactly("b", "a");
    assertThat(ShardNames.of(List.of("b", "x"), known)).as("unknown").containsExactly("b", "x");
    assertThat(ShardNames.of(List.of(), known)).isEmpty();
  }

  /** Locations are printed, logged and written down. */
  @Test
  void keyInALocationIsRefusedWithoutBeingSaid() {
    assertThatThrownBy(() -> Locations.qualify("s3a://USER:hunter2@bucket/a", new Configuration()))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith("A location of scheme s3a has a key in it (USER:KEY@")
        .hasMessageNotContaining("hunter2");
  }

  /** What ABFS writes in front of the @ is a container. */
  @Test
  void containerInFrontOfAHostIsNoKey() {
    assertThat(Locations.path("abfss://container@account.dfs.core.windows.net/a").toUri())
        .extracting(java.net.URI::getAuthority)
        .isEqualTo("container@account.dfs.core.windows.net");
  }

  @Test
  void folderOfThisMachineIsNamedByPathOrUri() {
    assertThat(Locations.local("--cache", "/data/a b%20")).isEqualTo(Path.of("/data/a b%20"));
    assertThat(Locations.local("--cache", "file:///data/x")).isEqualTo(Path.of("/data/x"));
    assertThat(Locations.local("--cache", "data/x")).isEqualTo(Path.of("data/x").toAbsolutePath());
    assertThatThrownBy(() -> Locations.local("--cache", "s3a://bucket/x"))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "--cache s3a://bucket/x is not on this machine: name a local folder, like file:///data/x.");
  }
}
