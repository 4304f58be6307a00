package dev.foresight.spark.store;

import static dev.foresight.spark.store.SmallShards.CONF;
import static dev.foresight.spark.store.SmallShards.add;
import static dev.foresight.spark.store.SmallShards.fingerprint;
import static dev.foresight.spark.store.SmallShards.packed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.foresight.InputException;
import dev.foresight.sketch.Sums;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a store says that it holds. */
class ManifestTest {
  private static final PackedShard A = packed("a", 5, "text of a");
  private static final PackedShard B = packed("b,1", 3, "text of b");

  @TempDir private Path folder;
  private String root;
  private SketchStore store;

  @BeforeEach
  void name() {
    root = folder.resolve("store").toString();
    store = new SketchStore(CONF, root);
  }

  private CommitLog log() {
    return new CommitLog(CONF, store.root());
  }

  private static Commit commit(StoredShard shard, String runtime) {
    return new Commit(
        fingerprint().sha256(),
        new TreeSet<>(Set.of(runtime)),
        new TreeSet<>(Set.of("arm64")),
        new TreeSet<>(),
        List.of(shard));
  }

  private void setInManifest(String field, Object value) throws IOException {
    Path file = Path.of(root, "manifest.json");
    ObjectMapper mapper = new ObjectMapper();
    ObjectNode tree = (ObjectNode) mapper.readTree(file.toFile());
    tree.set(field, mapper.valueToTree(value));
    Files.writeString(file, tree.toString());
  }

  @Test
  void folderThatNoRunHasFinishedIsNoStore() {
    assertThatThrownBy(store::manifest)
        .isInstanceOf(InputException.class)
        .hasMessage(
            "%s is not a finished sketch store (no _SUCCESS): run calibrate with --sketches %s first.",
            root, root);
  }

  @Test
  void finishedFolderOfSomethingElseIsNoStore() throws IOException {
    Files.createDirectories(Path.of(root));
    Files.createFile(Path.of(root, "_SUCCESS"));
    assertThatThrownBy(store::manifest)
        .isInstanceOf(InputException.class)
        .hasMessage("%s has no manifest.json: name the folder of a sketch store.", root);
  }

  @Test
  void storeIsTheUnionOfItsCommits() throws IOException {
    add(root, B);
    add(root, A);
    Manifest manifest = store.manifest();
    assertThat(manifest.shards()).containsExactly(A, B);
    assertThat(manifest.slices())
        .extracting(slice -> slice.shard() + " " + slice.index() + " " + slice.sequences())
        .containsExactly("a 0 2", "a 1 2", "a 2 1", "b,1 0 2", "b,1 1 1");
  }

  @Test
  void everyRuntimeAndCpuThatRanSlicesIsNamed() throws IOException {
    add(root, A);
    log().append(commit(SmallShards.write(root, B), "1.29.0"));
    assertThat(store.manifest().runtimes()).containsExactly("1.28.0", "1.29.0");
    assertThat(store.manifest().cpus()).containsExactly("amd64 avx2", "arm64");
  }

  /** Two runs that add one shard at the same moment, each with a commit of its own. */
  @Test
  void shardThatTwoRunsCommittedWithTheSameTextCountsOnce() throws IOException {
    add(root, A);
    log().append(commit(SmallShards.write(root, A), "1.29.0"));
    assertThat(store.manifest().shards()).containsExactly(A);
    assertThat(store.manifest().tokensOf("a")).containsExactly(5, 15);
  }

  @Test
  void shardThatTwoRunsCommittedWithOtherTextIsRefusedWithACommit() throws IOException {
    add(root, A);
    String second = log().append(commit(SmallShards.write(root, packed("a", 5, "other")), "1"));
    assertThatThrownBy(store::manifest)
        .isInstanceOf(InputException.class)
        .hasMessageContaining("has the shard a twice, with different text")
        .hasMessageContaining("for example " + second);
  }

  /** T is what was run: 5 sequences of 4 tokens, of which none was skipped. */
  @Test
  void tokensOfAnUnknownShardAreNone() throws IOException {
    add(root, A);
    assertThat(store.manifest().tokensOf("a")).containsExactly(5, 5 * 3);
    assertThat(store.manifest().tokensOf("b")).containsExactly(0, 0);
  }

  @Test
  void skippedSequenceHasNoTokens() throws IOException {
    StoredFile sums = StoredFile.unchecked("sums/a.00000.parquet");
    StoredSlice slice =
        new StoredSlice(
            "a",
            0,
            0,
            4,
            List.of(new SkippedSequence(2, 1, "mlp_input")),
            java.util.Map.of("sums", sums));
    StoredShard shard = new StoredShard(A, null, List.of(slice), 0);
    Manifest manifest =
        new Manifest(fingerprint(), new TreeSet<>(), new TreeSet<>(), List.of(shard));
    assertThat(manifest.tokensOf("a")).as("4 of 5 sequences").containsExactly(4, 12);
    assertThat(shard.skipped()).containsExactly(new SkippedSequence(2, 1, "mlp_input"));
    assertThat(shard.whole().sequences()).isEqualTo(4);
  }

  @Test
  void shardsAreChosenByIdAlsoByOneWithAComma() throws IOException {
    add(root, A, B);
    Manifest manifest = store.manifest();
    assertThat(manifest.choose(List.of(), root)).hasSize(2);
    assertThat(manifest.choose(List.of("b", "1"), root))
        .extracting(StoredShard::id)
        .containsExactly("b,1");
    assertThatThrownBy(() -> manifest.choose(List.of("a", "x"), root))
        .isInstanceOf(InputException.class)
        .hasMessage("--shards: %s has no shard 'x'; it has a, b,1.", root);
  }

  @Test
  void storeOfALaterVersionOrAnotherFormatIsRefusedBeforeAnythingElseOfIt() throws IOException {
    add(root, A);
    setInManifest("blocks", "many");
    setInManifest("version", 3);
    assertThatThrownBy(store::manifest)
        .isInstanceOf(InputException.class)
        .hasMessageEndingWith("versions 1 to 2: use the release that wrote it.");
    setInManifest("version", 2);
    setInManifest("format", "other");
    assertThatThrownBy(store::manifest).hasMessageContaining("is of format 'other' version 2");
  }

  @Test
  void manifestThatLacksAPartIsDamaged() throws IOException {
    add(root, A);
    setInManifest("channels", java.util.Map.of("mlp_input", 3));
    assertThatThrownBy(store::manifest)
        .isInstanceOf(InputException.class)
        .hasMessageContaining("manifest.json is damaged")
        .hasMessageEndingWith("Restore it, or calibrate again.");
  }

  @Test
  void changedManifestBelongsToNoCommit() throws IOException {
    add(root, A);
    setInManifest("blocks", 3);
    assertThatThrownBy(store::manifest)
        .isInstanceOf(InputException.class)
        .hasMessageContaining("was written under another model or other settings");
  }

  @Test
  void onlyStatisticsOfAllShardsAreTheStores() throws IOException {
    add(root, A);
    StoredFile sums = StoredFile.unchecked("sums/x.00000.parquet");
    StoredSlice bare = new StoredSlice("x", 0, 0, 1, List.of(), java.util.Map.of("sums", sums));
    StoredShard x = new StoredShard(packed("x", 1, "x"), null, List.of(bare), 0);
    Manifest manifest =
        new Manifest(
            fingerprint(),
            new TreeSet<>(),
            new TreeSet<>(),
            List.of(x, store.manifest().stored().get(0)));
    assertThat(manifest.statistics()).isEqualTo(List.of(Sums.SUMS));
    assertThat(manifest.stored()).extracting(StoredShard::id).containsExactly("a", "x");
  }
}
