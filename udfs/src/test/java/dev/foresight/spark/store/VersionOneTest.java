package dev.foresight.spark.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foresight.InputException;
import dev.foresight.model.Role;
import dev.foresight.sketch.ChannelSums;
import dev.foresight.sketch.FirstPosition;
import dev.foresight.sketch.RoleMoments;
import dev.foresight.sketch.SampledPlaces;
import dev.foresight.sketch.SampledRow;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

// written by WriteVersionOne.java.txt with the last release that wrote version 1; its formulas are
// repeated here
class VersionOneTest {
  private static final Configuration CONF = new Configuration();
  private static final String GOLDEN =
      Path.of("src/test/resources/store/version-1").toAbsolutePath().toUri().toString();

  @TempDir private Path folder;

  private static void assertIsTheGolden(SketchStore store) throws IOException {
    Manifest manifest = store.manifest();
    assertThat(manifest.stored().stream().map(StoredShard::id)).containsExactly("a", "b/ü");
    assertThat(manifest.stored().get(0).shard())
        .isEqualTo(new PackedShard("a", 5, 1, 0, 3, 1, 14, 3, 2, "aa"));
    assertThat(manifest.tokensOf("a")).containsExactly(3, 9);
    assertThat(manifest.slices()).hasSize(3);
    for (int block = 0; block < 2; block++) {
      var folds = store.readSums(manifest.slices(), block);
      var rows = store.readRows(manifest.slices(), block);
      for (Role role : Role.values()) {
        RoleMoments rest = folds.get(role).moments(FirstPosition.EXCLUDE, Map.of());
        assertThat(rest.tokens()).isEqualTo(15);
        for (int j = 0; j < rest.meanAbs().length; j++) {
          double mean = block + role.ordinal() + j + 1;
          assertThat(rest.meanAbs()[j]).isEqualTo(mean);
          assertThat(rest.meanSquare()[j]).isEqualTo(2 * mean * mean);
          assertThat(rest.maxAbs()[j]).isEqualTo((float) (3 * mean));
        }
        ChannelSums first = folds.get(role).shards().get("b/ü").first();
        assertThat(first.tokens()).isEqualTo(2);
        assertThat(first.sum()[0]).isEqualTo(100.0 * (block + role.ordinal() + 1));
        assertThat(rows.get(role).stream().map(SampledRow::key))
            .containsExactly(
                SampledPlaces.key(7, "a", 0, 1),
                SampledPlaces.key(7, "a", 2, 1),
                SampledPlaces.key(7, "b/ü", 0, 1));
      }
    }
    StoredFile tokens = manifest.stored().get(1).sequences();
    assertThat(store.readSequences("b/ü", tokens, 1, 1)[0]).containsExactly(1, 11, 21, 31);
  }

  @Test
  void storeOfVersionOneIsRead() throws IOException {
    SketchStore store = new SketchStore(CONF, GOLDEN);
    assertIsTheGolden(store);
    assertThat(store.manifest().runtimes()).containsExactly("1.28.0");
    assertThat(store.manifest().cpus()).containsExactly("amd64 avx2");
  }

  @Test
  void copyOfAStoreOfVersionOneIsOfVersionTwoAndHoldsTheSame() throws IOException {
    String copy = folder.resolve("copy").toString();
    SketchStore from = new SketchStore(CONF, GOLDEN);
    SketchStore to = new SketchStore(CONF, copy);
    Manifest old = from.manifest();
    StoreFingerprint fingerprint = old.fingerprint().inThisVersion();
    try (StoreRun run = StoreRun.open(SmallShards.target(copy), fingerprint)) {
      List<StoredShard> shards = new ArrayList<>();
      for (StoredShard shard : old.stored()) {
        shards.add(to.copy(from, shard));
      }
      run.commit(shards, old.runtimes(), old.cpus());
    }
    assertIsTheGolden(to);
    assertThat(to.manifest().fingerprint().version()).isEqualTo(2);
    assertThat(to.manifest().slices())
        .allMatch(
            slice -> slice.files().values().stream().noneMatch(file -> file.sha256() == null));
  }

  @Test
  void storeOfVersionOneIsNotAddedTo() throws IOException {
    StoreFingerprint old = new SketchStore(CONF, GOLDEN).manifest().fingerprint();
    assertThatThrownBy(() -> StoreRun.open(SmallShards.target(GOLDEN), old))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "The store %s is of version 1, which is read but not added to: bring it to version 2 by 'foresight sketches copy %s NEW'.",
            new org.apache.hadoop.fs.Path(GOLDEN), new org.apache.hadoop.fs.Path(GOLDEN));
  }
}
