package dev.foresight.spark;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CorpusReaderTest {
  @ParameterizedTest
  @CsvSource({
    "/data/text, file:///data/text/code.jsonl.gz, code",
    "/data/text, s3a://bucket/data/text/day=2026-11-01/part-0.parquet, day=2026-11-01/part-0",
    "/data/text, file:///data/text/with%20space.txt, with space",
    "/data/text, file:///data/text/v1.2.json, v1.2",
    "'', file:///data/text/code.jsonl, code"
  })
  void shardIsThePathBelowTheRootWithoutSuffix(String root, String file, String shard) {
    assertThat(CorpusReader.shardOf(root, file)).isEqualTo(shard);
  }
}
