package dev.foresight.spark.store;

import static dev.foresight.spark.store.SmallShards.packed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.foresight.spark.io.Json;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What commits are made of: records that can't hold what makes no sense. */
class StoredRecordsTest {
  private static final String SHA256 = "0123456789abcdef".repeat(4);

  private static StoredSlice slice(String shard, int index, String... statistics) {
    Map<String, StoredFile> files = new java.util.HashMap<>();
    for (String name : statistics) {
      files.put(name, StoredFile.unchecked("%s/%s.%05d.parquet".formatted(name, shard, index)));
    }
    return new StoredSlice(shard, index, 2L * index, 2, List.of(), files);
  }

  private static StoredShard shard(StoredSlice... slices) {
    return new StoredShard(packed("a", 2 * slices.length, "a"), null, List.of(slices), 0);
  }

  @Test
  void slicesOfAShardAreItsOwnInOrderAndEachOnce() {
    StoredSlice first = slice("a", 0, "sums");
    StoredSlice second = slice("a", 1, "sums");
    assertThat(shard(first, second).usedSequences()).isEqualTo(4);
    for (StoredSlice[] wrong :
        List.of(
            new StoredSlice[] {second, first},
            new StoredSlice[] {first, first},
            new StoredSlice[] {first, slice("b", 1, "sums")},
            new StoredSlice[] {first, slice("a", 1)})) {
      assertThatThrownBy(() -> shard(wrong))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("stands twice, in another shard or without sums");
    }
  }

  @Test
  void slicesOfOneShardHoldTheSameStatistics() {
    assertThatThrownBy(() -> shard(slice("a", 0, "sums", "rows"), slice("a", 1, "sums")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Slice 1 of shard 'a' holds [sums], the first one [sums, rows]");
  }

  @Test
  void fileStandsInTheFolderOfWhatItIsNamedAs() {
    Map<String, StoredFile> crossed = Map.of("sums", StoredFile.unchecked("rows/a.parquet"));
    assertThatThrownBy(() -> new StoredSlice("a", 0, 0, 1, List.of(), crossed))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("'rows/a.parquet' is named as the sums");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "sums/../x.parquet",
        "sums/a/b.parquet",
        "sums/.parquet",
        "sums/a.json",
        "notes/a.parquet",
        "a.parquet",
        "/sums/a.parquet",
        "sums/a b.parquet",
        "sums/a\n.parquet",
        ""
      })
  void nameThatCouldLeadOutOfATableIsNone(String name) {
    assertThatThrownBy(() -> new StoredFile(name, 1, SHA256))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("'%s' is no file of a store", name);
  }

  @Test
  void checksumIsWholeLowerCaseSha256() {
    assertThat(new StoredFile("sums/a.parquet", 0, SHA256).table()).isEqualTo("sums");
    for (String wrong : List.of("", "0123", SHA256.toUpperCase(java.util.Locale.ROOT))) {
      assertThatThrownBy(() -> new StoredFile("sums/a.parquet", 1, wrong))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> new StoredFile("sums/a.parquet", -2, SHA256))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("-2 bytes");
  }

  @Test
  void sliceHasAShardAPlaceAndAtLeastOneSequence() {
    assertThatThrownBy(() -> new StoredSlice("", 0, 0, 1, null, null)).hasMessageContaining("''");
    for (int[] wrong : new int[][] {{-1, 0, 1}, {0, -1, 1}, {0, 0, 0}}) {
      assertThatThrownBy(() -> new StoredSlice("a", wrong[0], wrong[1], wrong[2], null, null))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "Slice %d of shard 'a' has %d sequences from %d", wrong[0], wrong[2], wrong[1]);
    }
  }

  @Test
  void countsOfAShardAreNeverNegative() {
    for (int wrong = 0; wrong < 8; wrong++) {
      long[] counts = new long[8];
      counts[wrong] = -1;
      assertThatThrownBy(
              () ->
                  new PackedShard(
                      "a", counts[0], counts[1], counts[2], counts[3], counts[4], counts[5],
                      counts[6], counts[7], "ab"))
          .as("count %d", wrong)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("The shard 'a' counts less than nothing");
    }
    assertThatThrownBy(() -> new PackedShard("a", 0, 0, 0, 0, 0, 0, 0, 0, "xyz"))
        .hasMessage("The shard 'a' has SHA-256 xyz");
    assertThatThrownBy(() -> new PackedShard("", 0, 0, 0, 0, 0, 0, 0, 0, "ab"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void finishedSliceHasSumsAndACpu() {
    assertThat(new FinishedSlice(slice("a", 0, "sums"), "amd64").cpu()).isEqualTo("amd64");
    for (StoredSlice wrong :
        Stream.of(null, slice("a", 0, "rows")).toList().toArray(StoredSlice[]::new)) {
      assertThatThrownBy(() -> new FinishedSlice(wrong, "amd64"))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> new FinishedSlice(slice("a", 0, "sums"), null))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** Other programs read commits: a slice names its files by statistic, and nothing empty. */
  @Test
  void sliceInJsonNamesItsFilesAndLeavesOutWhatIsEmpty() throws Exception {
    StoredSlice plain = slice("a", 1, "rows", "sums");
    JsonNode tree = new ObjectMapper().readTree(Json.MAPPER.writeValueAsString(plain));
    assertThat(tree.at("/shard").asText()).isEqualTo("a");
    assertThat(tree.at("/first_sequence").asInt()).isEqualTo(2);
    assertThat(tree.at("/sums/name").asText()).isEqualTo("sums/a.00001.parquet");
    assertThat(tree.at("/rows/name").asText()).isEqualTo("rows/a.00001.parquet");
    assertThat(tree.has("skipped")).isFalse();
    assertThat(Json.MAPPER.readValue(tree.toString(), StoredSlice.class)).isEqualTo(plain);
    StoredSlice skipping =
        new StoredSlice("a", 0, 0, 1, List.of(new SkippedSequence(1, 0, "block")), plain.files());
    assertThat(Json.MAPPER.readValue(Json.MAPPER.writeValueAsString(skipping), StoredSlice.class))
        .isEqualTo(skipping);
  }

  @Test
  void everyFileOfAShardIsListedItsTokensTooWhereTheyAreKept() {
    StoredSlice first = slice("a", 0, "sums", "rows");
    StoredFile tokens = StoredFile.unchecked("sequences/a.parquet");
    StoredShard kept = new StoredShard(packed("a", 2, "a"), tokens, List.of(first), 0);
    assertThat(kept.files())
        .extracting(StoredFile::name)
        .containsExactlyInAnyOrder(
            "sequences/a.parquet", "sums/a.00000.parquet", "rows/a.00000.parquet");
    assertThat(shard(first).files()).hasSize(2);
  }
}
