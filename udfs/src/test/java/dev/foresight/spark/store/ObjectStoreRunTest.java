package dev.foresight.spark.store;

import static dev.foresight.spark.store.SmallShards.CONF;
import static dev.foresight.spark.store.SmallShards.add;
import static dev.foresight.spark.store.SmallShards.packed;
import static dev.foresight.spark.store.SmallShards.statistics;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foresight.InputException;
import dev.foresight.spark.ObjectStore;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A sketch store where nothing is renamed and uploads fail. */
class ObjectStoreRunTest {
  private static final String ROOT = "objects://bucket/store";
  private static final PackedShard A = packed("a", 5, "text of a");
  private static final PackedShard B = packed("b", 3, "text of b");

  @BeforeEach
  void install() {
    ObjectStore.install(CONF);
  }

  @Test
  void storeHoldsTheSameAsOnADiskAndNothingIsRenamed(@TempDir Path folder) throws IOException {
    add(ROOT, A);
    add(ROOT, B);
    String local = folder.resolve("store").toString();
    add(local, A, B);
    assertThat(statistics(ROOT)).isEqualTo(statistics(local));
    assertThat(ObjectStore.renames()).isZero();
    assertThat(ObjectStore.names()).noneMatch(name -> name.contains("_temporary"));
  }

  @Test
  void uploadThatIsCutOffLeavesNothingToReadAndTheSameRunEndsAlike() throws IOException {
    for (String part :
        new String[] {"/manifest.json", "/sums/", "/rows/", "/commits/", "_SUCCESS"}) {
      ObjectStore.install(CONF);
      ObjectStore.failUploadsOf(part);
      assertThatThrownBy(() -> add(ROOT, A)).as(part).isInstanceOf(Exception.class);
      assertThat(ObjectStore.names()).noneMatch(name -> name.contains(part));
      assertThatThrownBy(() -> new SketchStore(CONF, ROOT).manifest())
          .isInstanceOf(InputException.class)
          .hasMessageContaining("is not a finished sketch store");
      ObjectStore.failUploadsOf("");
      add(ROOT, A);
      assertThat(new SketchStore(CONF, ROOT).manifest().stored()).hasSize(1);
      statistics(ROOT);
    }
  }

  @Test
  void shardThatIsAddedWhileAnotherUploadIsCutOffStaysWhole() throws IOException {
    add(ROOT, A);
    var before = statistics(ROOT);
    ObjectStore.failUploadsOf("/commits/");
    assertThatThrownBy(() -> add(ROOT, B)).isInstanceOf(Exception.class);
    assertThat(statistics(ROOT)).isEqualTo(before);
  }
}
