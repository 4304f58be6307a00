package dev.foresight.spark.store;

import static dev.foresight.spark.store.SmallShards.CONF;
import static dev.foresight.spark.store.SmallShards.add;
import static dev.foresight.spark.store.SmallShards.packed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foresight.InputException;
import dev.foresight.model.Role;
import dev.foresight.sketch.SampledRow;
import dev.foresight.sketch.Sums;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SketchStoreTest {
  private static final PackedShard A = packed("a", 5, "text of a");
  private static final PackedShard B = packed("b/ü", 3, "text of b");

  @TempDir private Path folder;
  private String root;
  private SketchStore store;

  @BeforeEach
  void name() {
    root = folder.resolve("store").toString();
    store = new SketchStore(CONF, root);
  }

  private StoredFile sequences(int count) throws IOException {
    return store.writeSequences(
        "a",
        sink -> {
          for (int s = 0; s < count; s++) {
            sink.accept(new int[] {s, 2 * s, -s});
          }
        });
  }

  /** Row groups have 256 sequences: ranges begin, end and cross at their borders. */
  @Test
  void anyRangeOfSequencesIsRead() throws IOException {
    StoredFile file = sequences(600);
    for (int[] range : new int[][] {{0, 1}, {255, 2}, {256, 256}, {100, 500}, {599, 1}, {7, 0}}) {
      int[][] read = store.readSequences("a", file, range[0], range[1]);
      assertThat(read).hasNumberOfRows(range[1]);
      for (int i = 0; i < read.length; i++) {
        int s = range[0] + i;
        assertThat(read[i]).containsExactly(s, 2 * s, -s);
      }
    }
  }

  @Test
  void sequencesBehindTheEndAreMissedByTheirNumber() throws IOException {
    StoredFile file = sequences(5);
    assertThatThrownBy(() -> store.readSequences("a", file, 3, 4))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "%s of the store %s lacks sequence 5: remove the shard by 'foresight sketches remove %s --shards a' and calibrate it again.",
            file.name(), root, root);
  }

  @Test
  void shardWithoutSequencesIsAFileToo() throws IOException {
    StoredFile file = sequences(0);
    assertThat(store.readSequences("a", file, 0, 0)).isEmpty();
    assertThatThrownBy(() -> store.readSequences("a", file, 0, 1))
        .hasMessageContaining("lacks sequence 0");
  }

  @Test
  void fileOfAnotherLengthIsRefusedAlsoWhenItWasGoodBefore() throws IOException {
    StoredFile file = sequences(5);
    store.readSequences("a", file, 0, 5);
    Path path = Path.of(root, file.name());
    byte[] bytes = Files.readAllBytes(path);
    Files.write(path, java.util.Arrays.copyOf(bytes, bytes.length - 1));
    assertThatThrownBy(() -> store.readSequences("a", file, 0, 5))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("has %d bytes, not %d", bytes.length - 1, bytes.length);
    Files.delete(path);
    assertThatThrownBy(() -> store.readSequences("a", file, 0, 5))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(file.name() + " of the store " + root + " is missing");
  }

  @Test
  void sameContentTwiceIsOneFile() throws IOException {
    assertThat(sequences(5)).isEqualTo(sequences(5));
    assertThat(Path.of(root, "sequences").toFile().list()).hasSize(1);
    sequences(6);
    assertThat(Path.of(root, "sequences").toFile().list()).hasSize(2);
    assertThat(Path.of(root, "_temporary").toFile().list()).as("nothing unfinished").isEmpty();
  }

  @Test
  void fileThatCanNotBeWrittenSaysHowToGoOn() throws IOException {
    Files.createDirectories(Path.of(root));
    Files.writeString(Path.of(root, "sequences"), "a file in the place of the folder");
    assertThatThrownBy(() -> sequences(1))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("sequences/a of the store " + root + " can't be written: ")
        .hasMessageEndingWith("run the same command again: finished slices are kept.");
    assertThat(Path.of(root, "_temporary").toFile().list()).isEmpty();
  }

  @Test
  void statisticsNeedAManifest() {
    assertThatThrownBy(() -> store.read(Sums.SUMS, List.of(), 0))
        .isInstanceOf(InputException.class)
        .hasMessage("%s has no manifest.json: name the folder of a sketch store.", root);
  }

  /** A sample of a slice has at most 3 rows behind position 0 and one of position 0. */
  @Test
  void rowsAreThoseOfTheChosenSlicesAlone() throws IOException {
    add(root, A, B);
    List<StoredSlice> slices = store.manifest().slices();
    Map<Role, List<SampledRow>> all = store.readRows(slices, 1);
    Map<Role, List<SampledRow>> one = store.readRows(slices.subList(1, 2), 1);
    for (Role role : Role.values()) {
      assertThat(all.get(role)).hasSize(5 * 4);
      assertThat(one.get(role))
          .hasSize(4)
          .allMatch(row -> row.shard().equals("a") && (row.sequence() == 2 || row.sequence() == 3));
      assertThat(one.get(role).stream().filter(row -> row.position() == 0)).hasSize(1);
    }
    assertThat(store.readRows(List.of(), 0)).isEmpty();
  }

  @Test
  void blockThatTheModelLacksIsMissed() throws IOException {
    add(root, A);
    List<StoredSlice> slices = store.manifest().slices();
    assertThatThrownBy(() -> store.readSums(slices, SmallShards.BLOCKS))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("lacks")
        .hasMessageContaining("of block 2");
  }

  /** Two files changed places: each is whole, but a slice's file holds another shard's rows. */
  @Test
  void rowsOfAnotherShardAreRefused() throws IOException {
    add(root, A, B);
    List<StoredSlice> slices = store.manifest().slices();
    StoredSlice ofA = slices.get(0);
    StoredSlice ofB = slices.get(3);
    assertThat(ofB.shard()).isEqualTo("b/ü");
    assertThatThrownBy(() -> store.readSums(List.of(ofA.with(ofB.files())), 0))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("a row is of shard 'b/ü'");
  }

  @Test
  void copiedShardIsTheSameBytesInItsNewStore() throws IOException {
    add(root, A, B);
    String other = folder.resolve("copy").toString();
    try (StoreRun run = StoreRun.open(SmallShards.target(other), store.manifest().fingerprint())) {
      StoredShard shard = store.manifest().stored().get(1);
      StoredShard copy = new SketchStore(CONF, other).copy(store, shard);
      assertThat(copy).isEqualTo(shard);
      run.commit(List.of(copy), new TreeSet<>(Set.of("1")), new TreeSet<>(Set.of("c")));
    }
    Manifest copied = new SketchStore(CONF, other).manifest();
    for (StoredFile file : copied.stored().get(0).files()) {
      assertThat(Path.of(other, file.name())).hasSameBinaryContentAs(Path.of(root, file.name()));
    }
  }

  @Test
  void damageIsSeenBeforeItIsCopied() throws IOException {
    add(root, A);
    StoredShard shard = store.manifest().stored().get(0);
    Path tokens = Path.of(root, shard.sequences().name());
    byte[] bytes = Files.readAllBytes(tokens);
    bytes[bytes.length / 2] ^= 1;
    Files.write(tokens, bytes);
    SketchStore other = new SketchStore(CONF, folder.resolve("copy").toString());
    assertThatThrownBy(() -> other.copy(store, shard))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("is damaged: its SHA-256 is not the committed one");
    assertThat(folder.resolve("copy/sequences")).doesNotExist();
  }

  @Test
  void shardWhoseTokensAreNotKeptIsCopiedWithoutThem() throws IOException {
    add(root, A);
    StoredShard kept = store.manifest().stored().get(0);
    StoredShard bare = new StoredShard(kept.shard(), null, kept.slices(), 0);
    String other = folder.resolve("copy").toString();
    StoredShard copy = new SketchStore(CONF, other).copy(store, bare);
    assertThat(copy.sequences()).isNull();
    assertThat(Path.of(other, "sequences")).doesNotExist();
    assertThat(Path.of(other, "sums").toFile().list()).hasSize(3);
  }
}
