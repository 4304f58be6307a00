package dev.foresight.spark.store;

import static dev.foresight.spark.store.SmallShards.CONF;
import static dev.foresight.spark.store.SmallShards.add;
import static dev.foresight.spark.store.SmallShards.packed;
import static dev.foresight.spark.store.SmallShards.statistics;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foresight.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.spark.util.SerializableConfiguration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreEditTest {
  private static final PackedShard A = packed("a", 7, "text of a");
  private static final PackedShard B = packed("b", 3, "text of b");
  private static final PackedShard C = packed("c", 1, "text of c");

  @TempDir private Path folder;
  private String root;

  @BeforeEach
  void write() throws IOException {
    root = folder.resolve("store").toString();
    add(root, A, B);
    add(root, C);
  }

  private StoreEdit edit() throws IOException {
    return StoreEdit.of(new SketchStore(CONF, root), CONF);
  }

  private long files(String table) throws IOException {
    try (Stream<Path> all = Files.list(Path.of(root, table))) {
      return all.count();
    }
  }

  private void compact() throws IOException {
    StoreEdit edit = edit();
    List<StoredShard> compacted = new ArrayList<>();
    for (StoredShard shard : edit.manifest().stored()) {
      if (shard.slices().size() > 1) {
        compacted.add(new ShardCompactor(root, new SerializableConfiguration(CONF)).call(shard));
      }
    }
    edit.apply(Set.of(), compacted);
  }

  @Test
  void removedShardLeavesTheOthersAsARunWithoutItWrites() throws IOException {
    edit().apply(Set.of("b"), List.of());
    String without = folder.resolve("without").toString();
    add(without, A, C);
    assertThat(statistics(root)).isEqualTo(statistics(without));
    assertThat(files("sums")).isEqualTo(5);
    assertThat(files("rows")).isEqualTo(5);
    assertThat(files("sequences")).isEqualTo(2);
    assertThat(files("commits")).isEqualTo(1);
  }

  @Test
  void shardThatWasRemovedCanBeAddedAgainAndAgain() throws IOException {
    var before = statistics(root);
    for (int i = 0; i < 3; i++) {
      edit().apply(Set.of("b"), List.of());
      add(root, B);
      assertThat(statistics(root)).isEqualTo(before);
    }
  }

  @Test
  void lastShardIsNotRemoved() {
    assertThatThrownBy(() -> edit().apply(Set.of("a", "b", "c"), List.of()))
        .isInstanceOf(InputException.class)
        .hasMessage("--shards: these are all shards of %s: delete the folder instead.", root);
  }

  @Test
  void compactedStoreGivesTheSameBitsFromFewerFiles() throws IOException {
    var before = statistics(root);
    compact();
    assertThat(statistics(root)).isEqualTo(before);
    assertThat(files("sums")).isEqualTo(3);
    assertThat(files("rows")).isEqualTo(3);
    assertThat(files("commits")).isEqualTo(1);
    Manifest manifest = new SketchStore(CONF, root).manifest();
    assertThat(manifest.stored().stream().map(StoredShard::compactedSlices))
        .containsExactly(4, 2, 0);
    assertThat(manifest.tokensOf("a")).containsExactly(7, 21);
  }

  @Test
  void compactedShardIsStillTheShardOfItsText() throws IOException {
    compact();
    try (StoreRun run = StoreRun.open(SmallShards.target(root), SmallShards.fingerprint())) {
      assertThat(run.missing(List.of(A, B, C))).isEmpty();
    }
  }

  @Test
  void changeOfAStoreThatAnotherRunHasChangedIsRefused() throws IOException {
    StoreEdit late = edit();
    edit().apply(Set.of("c"), List.of());
    assertThatThrownBy(() -> late.apply(Set.of("b"), List.of()))
        .isInstanceOf(InputException.class)
        .hasMessage("Another run removed or compacted shards of %s meanwhile: run again.", root);
  }

  @Test
  void shardThatWasAddedWhileAnotherIsRemovedIsKept() throws IOException {
    StoreEdit edit = edit();
    PackedShard fresh = packed("d", 2, "text of d");
    add(root, fresh);
    edit.apply(Set.of("a"), List.of());
    assertThat(edit().manifest().stored().stream().map(StoredShard::id))
        .containsExactly("b", "c", "d");
  }

  @Test
  void oldFilesThatNoCommitNamesAreDeletedAndYoungOnesKept() throws IOException {
    SmallShards.write(root, packed("old", 2, "never committed"));
    Path young = Path.of(root, "sums", "young.00000.0123456789abcdef.parquet");
    Instant yesterday = Instant.now().minus(Duration.ofHours(25));
    try (Stream<Path> all = Files.walk(Path.of(root))) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        Files.setLastModifiedTime(file, FileTime.from(yesterday));
      }
    }
    Files.writeString(young, "being written");
    var before = statistics(root);
    assertThat(edit().deleteOrphans()).isEqualTo(4); // sequences, sums, rows and tokens of old
    assertThat(young).exists();
    assertThat(statistics(root)).isEqualTo(before);
  }
}
