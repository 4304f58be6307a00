package dev.foresight.spark.store;

import static dev.foresight.spark.store.SmallShards.CONF;
import static dev.foresight.spark.store.SmallShards.add;
import static dev.foresight.spark.store.SmallShards.fingerprint;
import static dev.foresight.spark.store.SmallShards.model;
import static dev.foresight.spark.store.SmallShards.packed;
import static dev.foresight.spark.store.SmallShards.statistics;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foresight.InputException;
import dev.foresight.spark.io.ModelFingerprint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreRunTest {
  private static final PackedShard A = packed("a", 5, "text of a");
  private static final PackedShard B = packed("b", 3, "text of b");
  private static final PackedShard C = packed("c", 1, "text of c");

  @TempDir private Path folder;
  private Path store;
  private String root;

  @BeforeEach
  void name() {
    store = folder.resolve("store");
    root = "file:" + store; // as messages call it
  }

  private static Set<String> files(Path root) throws IOException {
    try (Stream<Path> all = Files.walk(root)) {
      return new TreeSet<>(
          all.filter(Files::isRegularFile).map(f -> root.relativize(f).toString()).toList());
    }
  }

  private List<String> ids() throws IOException {
    return new SketchStore(CONF, root).manifest().stored().stream().map(StoredShard::id).toList();
  }

  private static void assertRefused(ThrowingCallable call, String message) {
    assertThatThrownBy(call).isInstanceOf(InputException.class).hasMessage(message);
  }

  @Test
  void shardsAddedOneByOneAreTheStoreThatOneRunWrites() throws IOException {
    add(root, A);
    add(root, C);
    add(root, B);
    String other = folder.resolve("at-once").toString();
    add(other, A, B, C);
    assertThat(statistics(root)).isEqualTo(statistics(other));
    assertThat(ids()).containsExactly("a", "b", "c");
    for (String table : List.of("sequences", "sums", "rows", "tokens")) {
      assertThat(files(store.resolve(table))).isEqualTo(files(Path.of(other).resolve(table)));
    }
    assertThat(files(store.resolve("commits"))).hasSize(3);
    assertThat(store.resolve("_temporary")).doesNotExist();
  }

  @Test
  void shardThatIsThereIsLeftAlone() throws IOException {
    add(root, A);
    Set<String> before = files(store);
    add(root, A);
    assertThat(files(store)).isEqualTo(before);
  }

  @Test
  void shardOfTheSameNameWithOtherTextIsRefusedByName() throws IOException {
    add(root, A, B);
    PackedShard other = packed("b", 4, "other text");
    assertRefused(
        () -> add(root, other),
        "The store %s has a shard b of other text (3 sequences, sha256 %.12s; now 4, %.12s): rename the new one, give the same --sequences-per-shard, or remove the old one by 'foresight sketches remove %s --shards b'."
            .formatted(root, B.sha256(), other.sha256(), root));
    assertThat(ids()).containsExactly("a", "b");
  }

  private void assertDoesNotFit(StoreFingerprint other, String message) throws IOException {
    add(root, A);
    Set<String> before = files(store);
    assertRefused(() -> StoreRun.open(SmallShards.target(root), other), message);
    assertThat(files(store)).isEqualTo(before);
  }

  @Test
  void otherSettingsAreNamed() throws IOException {
    assertDoesNotFit(
        fingerprint(model(), 8, 4),
        "The store %s was calibrated with sequence_length 4, not 8, slice 2, not 4: give the same settings, name another --sketches, or pass --overwrite."
            .formatted(root));
  }

  @Test
  void otherModelIsNamedByItsFiles() throws IOException {
    ModelFingerprint other =
        new ModelFingerprint(
            "f00d", Map.of("config.json", "c0", "tokenizer.json", "71", "model.safetensors", "31"));
    assertDoesNotFit(
        fingerprint(other, 4, 2),
        "The store %s holds sketches of another model (model.safetensors, tokenizer.json differ): name another --sketches, or pass --overwrite."
            .formatted(root));
  }

  @Test
  void otherTokenizerIsNamed() throws IOException {
    ModelFingerprint other =
        new ModelFingerprint(
            "f00d", Map.of("config.json", "c0", "tokenizer.json", "71", "model.safetensors", "30"));
    assertDoesNotFit(
        fingerprint(other, 4, 2),
        "The store %s was made with another tokenizer (tokenizer.json differs), so the same text is other sequences: name another --sketches, or pass --overwrite."
            .formatted(root));
  }

  @Test
  void storeOfALaterVersionIsRefused() throws IOException {
    add(root, A);
    Path manifest = store.resolve("manifest.json");
    Files.writeString(
        manifest, Files.readString(manifest).replace("\"version\" : 2", "\"version\" : 3"));
    assertRefused(
        () -> new SketchStore(CONF, root).manifest(),
        "%s/manifest.json is of format 'foresight-sketches' version 3; this release reads 'foresight-sketches' versions 1 to 2: use the release that wrote it."
            .formatted(root));
  }

  @Test
  void runsAtTheSameMomentDoNoHarm() throws Exception {
    List<PackedShard> all = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      all.add(packed("s" + i, 3, "text " + i));
    }
    ExecutorService threads = Executors.newFixedThreadPool(6);
    List<Callable<Void>> runs = new ArrayList<>();
    for (int r = 0; r < 6; r++) { // run r adds s_r, which is its own, and s_(r+1), which is not
      PackedShard[] mine = {all.get(r), all.get((r + 1) % 6)};
      runs.add(
          () -> {
            add(root, mine);
            return null;
          });
    }
    for (var run : threads.invokeAll(runs)) {
      run.get();
    }
    threads.shutdown();
    String other = folder.resolve("alone").toString();
    add(other, all.toArray(PackedShard[]::new));
    assertThat(statistics(root)).isEqualTo(statistics(other));
    assertThat(files(store.resolve("sums"))).isEqualTo(files(Path.of(other).resolve("sums")));
    assertThat(store.resolve("_temporary")).doesNotExist();
  }

  @Test
  void readerSeesNothingOfARunBeforeItsCommit() throws IOException {
    add(root, A);
    try (StoreRun run = StoreRun.open(SmallShards.target(root), fingerprint())) {
      StoredShard written = SmallShards.write(root, B);
      assertThat(ids()).containsExactly("a");
      run.commit(List.of(written), new TreeSet<>(), new TreeSet<>());
    }
    assertThat(ids()).containsExactly("a", "b");
  }

  @Test
  void finishedSliceOfAReleaseThatDidNotKnowAStatisticIsRunAgain() throws IOException {
    SketchStore tables = new SketchStore(CONF, root);
    StoreRun.open(SmallShards.target(root), fingerprint());
    FinishedSlice whole = SmallShards.slice(tables, A, 2);
    Map<String, StoredFile> files = new HashMap<>(whole.slice().files());
    files.remove("tokens");
    FinishedSlice older = new FinishedSlice(whole.slice().with(files), whole.cpu());
    tables.record(fingerprint(), A.sha256(), older);
    try (StoreRun run = StoreRun.open(SmallShards.target(root), fingerprint())) {
      var wanted = List.of(whole.slice().id());
      assertThat(run.finished(Map.of("a", A.sha256()), wanted)).isEmpty();
    }
  }

  @Test
  void finishedSlicesOfAKilledRunAreTakenOver() throws IOException {
    StoreRun.open(SmallShards.target(root), fingerprint()); // and never closed
    FinishedSlice done = SmallShards.slice(new SketchStore(CONF, root), A, 2);
    try (StoreRun run = StoreRun.open(SmallShards.target(root), fingerprint())) {
      Map<String, String> text = new HashMap<>(Map.of("a", A.sha256()));
      var wanted = List.of(new dev.foresight.sketch.SliceId("a", 0), done.slice().id());
      assertThat(run.finished(text, wanted)).isEqualTo(Map.of(done.slice().id(), done));
      text.put("a", B.sha256()); // the text of the shard changed meanwhile
      assertThat(run.finished(text, wanted)).isEmpty();
      Files.delete(store.resolve(done.slice().files().get("rows").name()));
      text.put("a", A.sha256());
      assertThat(run.finished(text, wanted)).isEmpty();
    }
  }

  @Test
  void refusedRunTakesItsNewStoreWithItButNeverAnothersWork() throws IOException {
    try (StoreRun run = StoreRun.open(SmallShards.target(root), fingerprint())) {
      SmallShards.write(root, A);
      run.refused();
    }
    assertThat(store).doesNotExist();
    try (StoreRun first = StoreRun.open(SmallShards.target(root), fingerprint());
        StoreRun second = StoreRun.open(SmallShards.target(root), fingerprint())) {
      first.refused();
      SmallShards.commit(second, root, A);
    }
    assertThat(ids()).containsExactly("a");
  }

  @Test
  void fileThatWentAwayBeforeTheCommitStopsIt() throws IOException {
    try (StoreRun run = StoreRun.open(SmallShards.target(root), fingerprint())) {
      StoredShard written = SmallShards.write(root, A);
      String gone = written.slices().get(1).files().get("sums").name();
      Files.delete(store.resolve(gone));
      assertThatThrownBy(() -> run.commit(List.of(written), new TreeSet<>(), new TreeSet<>()))
          .isInstanceOf(IOException.class)
          .hasMessage(
              "%s of the store %s went away before it was committed: was the shard removed meanwhile? Run again.",
              gone, root);
    }
  }

  @Test
  void damagedFileIsNamedWithItsShard() throws IOException {
    add(root, A, B);
    StoredFile file = new SketchStore(CONF, root).manifest().slices().get(4).files().get("sums");
    Path path = store.resolve(file.name());
    byte[] bytes = Files.readAllBytes(path);
    bytes[bytes.length / 2] ^= 1;
    Files.write(path, bytes);
    assertRefused(
        () -> statistics(root),
        "%s of the store %s is damaged: its SHA-256 is not the committed one: remove the shard by 'foresight sketches remove %s --shards b' and calibrate it again."
            .formatted(file.name(), root, root));
    Files.write(path, java.util.Arrays.copyOf(bytes, bytes.length - 7));
    assertRefused(
        () -> statistics(root),
        "%s of the store %s has %d bytes, not %d: remove the shard by 'foresight sketches remove %s --shards b' and calibrate it again."
            .formatted(file.name(), root, bytes.length - 7, bytes.length, root));
  }

  @Test
  void missingFileIsNamedWithItsShard() throws IOException {
    add(root, A, B);
    StoredFile file = new SketchStore(CONF, root).manifest().slices().get(0).files().get("rows");
    Files.delete(store.resolve(file.name()));
    assertRefused(
        () -> statistics(root),
        "%s of the store %s is missing: remove the shard by 'foresight sketches remove %s --shards a' and calibrate it again."
            .formatted(file.name(), root, root));
  }

  @Test
  void damagedCommitIsNamed() throws IOException {
    add(root, A);
    Path commit =
        store.resolve("commits").resolve(files(store.resolve("commits")).iterator().next());
    Files.writeString(commit, Files.readString(commit).replace("avx2", "avx3"));
    assertRefused(
        () -> new SketchStore(CONF, root).manifest(),
        "%s is damaged: its name does not hold its SHA-256. Restore it, or delete it and calibrate its shards again."
            .formatted("file:" + commit));
  }
}
