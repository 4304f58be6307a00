package dev.foresight.spark.store;

import static dev.foresight.spark.store.SmallShards.CONF;
import static dev.foresight.spark.store.SmallShards.add;
import static dev.foresight.spark.store.SmallShards.packed;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.foresight.Hashing;
import dev.foresight.InputException;
import dev.foresight.hostile.HostileCases;
import dev.foresight.hostile.HostileCases.Case;
import dev.foresight.sketch.SliceId;
import dev.foresight.tensor.StrictJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;

/** Stores whose manifest, commits and records are spoilt by the thousand, or by a clever hand. */
@Timeout(value = 900, unit = TimeUnit.SECONDS, threadMode = ThreadMode.SEPARATE_THREAD)
class HostileStoreTest {
  private static final PackedShard A = packed("a", 5, "text of a");

  @TempDir private Path folder;
  private Path store;
  private Path manifest;
  private Path commit;

  @BeforeEach
  void write() throws IOException {
    store = folder.resolve("store");
    add(store.toString(), A);
    manifest = store.resolve("manifest.json");
    try (Stream<Path> commits = Files.list(store.resolve("commits"))) {
      commit = commits.findFirst().orElseThrow();
    }
  }

  private Manifest read() throws IOException {
    return new SketchStore(CONF, store.toString()).manifest();
  }

  /** Everything that a manifest leads to. */
  private void readAll() throws IOException {
    SketchStore sketches = new SketchStore(CONF, store.toString());
    Manifest found = sketches.manifest();
    sketches.readSums(found.slices(), 0);
    sketches.readRows(found.slices(), 1);
  }

  @Test
  void spoiltManifestIsReadOrRefused() throws IOException {
    byte[] text = Files.readAllBytes(manifest);
    ObjectNode good = StrictJson.object("manifest", new String(text, UTF_8));
    HostileCases.run(
        "manifest",
        spoiler -> {
          byte[] spoilt = spoiler.pick(4) == 0 ? spoiler.bytes(text) : spoiler.json(good);
          Files.write(manifest, spoilt);
          return new Case(spoilt.length, this::read);
        });
  }

  @Test
  void spoiltCommitOfTheRightChecksumIsReadOrRefused() throws IOException {
    byte[] text = Files.readAllBytes(commit);
    ObjectNode good = StrictJson.object("commit", new String(text, UTF_8));
    HostileCases.run(
        "commit",
        spoiler -> {
          Files.delete(commit);
          byte[] spoilt = spoiler.pick(4) == 0 ? spoiler.bytes(text) : spoiler.json(good);
          writeCommit(spoilt);
          return new Case(spoilt.length, this::read);
        });
  }

  @Test
  void spoiltCommitLeadsToNoSketchesThatItsFilesDoNotHold() throws IOException {
    ObjectNode good = StrictJson.object("commit", Files.readString(commit));
    HostileCases.runSome(
        "commit and its files",
        20,
        48 << 20,
        Set.of(),
        spoiler -> {
          Files.delete(commit);
          byte[] spoilt = spoiler.json(good);
          writeCommit(spoilt);
          return new Case(spoilt.length, this::readAll);
        });
  }

  private void writeCommit(byte[] text) throws IOException {
    String checksum = Hashing.sha256Hex(text).substring(0, 16);
    commit = Files.write(store.resolve("commits/000001-%s.json".formatted(checksum)), text);
  }

  @Test
  void spoiltRecordOfASliceIsReadOrRunAgain() throws IOException {
    SliceRecords records =
        new SliceRecords(
            CONF,
            new org.apache.hadoop.fs.Path(store.toString()),
            SmallShards.fingerprint().sha256());
    SliceId slice = new SliceId("a", 0);
    SmallShards.slice(new SketchStore(CONF, store.toString()), A, 0);
    Path record = store.resolve(records.name(A.sha256(), slice));
    byte[] text = Files.readAllBytes(record);
    ObjectNode good = StrictJson.object("record", new String(text, UTF_8));
    StoreFiles files = new StoreFiles(CONF, new org.apache.hadoop.fs.Path(store.toString()));
    Set<String> there = files.list("sums");
    there.addAll(files.list("rows"));
    assertThat(records.read(A.sha256(), slice, there)).isPresent();
    HostileCases.run(
        "record",
        spoiler -> {
          byte[] spoilt = spoiler.pick(4) == 0 ? spoiler.bytes(text) : spoiler.json(good);
          Files.write(record, spoilt);
          return new Case(
              spoilt.length,
              () -> {
                if (records.read(A.sha256(), slice, there).isEmpty()) {
                  throw new InputException("refused, that is: run again");
                }
              });
        });
  }

  @Test
  void commitThatNamesAFileOutsideTheStoreIsRefusedBeforeAnythingIsDeleted() throws IOException {
    Path precious = Files.writeString(folder.resolve("precious.parquet"), "mine");
    for (String name :
        List.of(
            "../precious.parquet", "sums/../../precious.parquet", precious.toString(),
            "rows/x", "manifest.json", "other/x.parquet", "sums/a/b.parquet", "s3a://b/x.parquet")) {
      String text = Files.readString(commit);
      String file = read().slices().get(0).sums().name();
      Files.delete(commit);
      writeCommit(text.replace(file, name).getBytes(UTF_8));
      assertThatThrownBy(
              () ->
                  StoreEdit.of(new SketchStore(CONF, store.toString()), CONF)
                      .apply(Set.of(), List.of()))
          .isInstanceOf(InputException.class)
          .hasMessageContaining("'%s' is no file of a store", name);
      Files.delete(commit);
      writeCommit(text.getBytes(UTF_8));
    }
    assertThat(precious).hasContent("mine");
  }

  @Test
  void commitThatCountsASliceTwiceIsRefused() throws IOException {
    ObjectNode tree = StrictJson.object("commit", Files.readString(commit));
    var slices = (com.fasterxml.jackson.databind.node.ArrayNode) tree.at("/shards/0/slices");
    slices.add(slices.get(0).deepCopy());
    Files.delete(commit);
    writeCommit(tree.toString().getBytes(UTF_8));
    assertThatThrownBy(this::read)
        .isInstanceOf(InputException.class)
        .hasMessageContaining("Slice 0 of shard 'a' stands twice");
  }

  @Test
  void manifestInAnotherEncodingIsRefused() throws IOException {
    Files.write(manifest, Files.readString(manifest).getBytes(java.nio.charset.StandardCharsets.UTF_16));
    assertThatThrownBy(this::read)
        .isInstanceOf(InputException.class)
        .hasMessageContaining("manifest.json is damaged: it is not UTF-8 text");
  }
}
