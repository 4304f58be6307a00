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
}
