package dev.foresight.spark.corpus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foresight.InputException;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShardIdsTest {
  private static ShardIds by(String rule) {
    return new ShardIds(ShardBy.parse(rule), "/data", false);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "file:/data/lang=de/a.parquet       | de",
        "file:/data/lang=de/lang=fr/a.txt   | de",
        "file:/data/x/lang=a%2520b/f        | a b", // URI, then Hive's own escape
        "file:/data/lang=a+b/f              | a+b",
        "file:/data/lang=100%25/f           | 100%",
        "file:/data/lang=/f                 |",
        "file:/data/mylang=de/f             |",
        "file:/data/lang=de                 |", // a file of that name is no folder
        "file:/data/LANG=de/f               |"
      })
  void folderNamesItsShard(String file, String value) {
    assertThat(ShardIds.folderValue("lang", file).orElse(null)).isEqualTo(value);
  }

  @Test
  void nameOfAColumnIsNoPattern() {
    assertThat(ShardIds.folderValue("a.c", "file:/data/abc=1/f")).isEmpty();
    assertThat(ShardIds.folderValue("a.c", "file:/data/a.c=1/f")).contains("1");
  }

  @Test
  void emptyValueIsNone() {
    assertThat(by("column:lang").of("file:/data/f", "", "x")).isEmpty();
    assertThat(by("column:lang").of("file:/data/f", null, "x")).isEmpty();
    assertThat(by("column:lang").of("file:/data/f", " ", "x")).contains(" ");
  }

  /** 10,000 texts over 10 parts: counts are binomial, of standard deviation 30. */
  @Test
  void partsAreOfNearlyEqualSizeAndNumberedAlike() {
    ShardIds ids = by("partition:10");
    Map<String, Integer> counts = new TreeMap<>();
    for (int i = 0; i < 10_000; i++) {
      counts.merge(ids.of(null, null, "text " + i).orElseThrow(), 1, Integer::sum);
    }
    assertThat(counts).hasSize(10).containsKey("part-0-of-10").containsKey("part-9-of-10");
    assertThat(counts.values()).allMatch(count -> Math.abs(count - 1000) < 150);
    assertThat(by("partition:11").of(null, null, "x").orElseThrow()).matches("part-\\d\\d-of-11");
    assertThat(by("partition:1").of(null, null, "x")).contains("part-0-of-1");
  }

  @Test
  void partDependsOnTheTextAlone() {
    ShardIds ids = by("partition:1000");
    assertThat(ids.of("file:/data/a", "v", "text")).isEqualTo(ids.of(null, null, "text"));
    assertThat(ids.of(null, null, null)).as("nothing to hash").contains("part-000-of-1000");
  }

  @ParameterizedTest
  @CsvSource({"partition:0", "partition:100001", "partition:999999999"})
  void numberOfPartsHasLimits(String rule) {
    assertThatThrownBy(() -> ShardBy.parse(rule))
        .isInstanceOf(InputException.class)
        .hasMessage("--shard-by %s: choose 1 to 100,000 shards.", rule);
  }

  @Test
  void fileOutsideTheRootIsAMistakeOfOurs() {
    assertThat(by("file").of("file:/data/a/b.tar.jsonl.gz", null, null)).contains("a/b.tar");
    assertThatThrownBy(() -> by("file").of("file:/database/a.txt", null, null))
        .isInstanceOf(IllegalStateException.class);
  }
}
