package dev.foresight.spark.store;

import static dev.foresight.spark.store.SmallShards.CONF;
import static dev.foresight.spark.store.SmallShards.add;
import static dev.foresight.spark.store.SmallShards.packed;
import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.foresight.Hashing;
import dev.foresight.InputException;
import dev.foresight.hostile.HostileCases;
import dev.foresight.hostile.HostileCases.Case;
import dev.foresight.sketch.SliceId;
import dev.foresight.spark.ObjectStore;
import dev.foresight.tensor.StrictJson;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/** Stores whose manifest, commits and records are spoilt by the thousand, or by a clever hand. */
@Timeout(value = 900, unit = TimeUnit.SECONDS, threadMode = ThreadMode.SEPARATE_THREAD)
class HostileStoreTest {
  private static final PackedShard A = packed("a", 5, "text of a");

  private static final String ROOT = "objects://bucket/store";
  private static final String MANIFEST = "/store/manifest.json";

  private String commit;

  @BeforeEach
  void write() throws IOException {
    ObjectStore.install(CONF);
    add(ROOT, A);
    commit =
        ObjectStore.names().stream().filter(n -> n.contains("/commits/")).findFirst().orElseThrow();
  }

  private Manifest read() throws IOException {
    return new SketchStore(CONF, ROOT).manifest();
  }

  /** Everything that a manifest leads to. */
  private void readAll() throws IOException {
    SketchStore sketches = new SketchStore(CONF, ROOT);
    Manifest found = sketches.manifest();
    sketches.readSums(found.slices(), 0);
    sketches.readRows(found.slices(), 1);
  }

  @Test
  void spoiltManifestIsReadOrRefused() throws IOException {
    byte[] text = ObjectStore.get(MANIFEST);
    ObjectNode good = StrictJson.object("manifest", new String(text, UTF_8));
    HostileCases.run(
        "manifest",
        spoiler -> {
          byte[] spoilt = spoiler.pick(4) == 0 ? spoiler.bytes(text) : spoiler.json(good);
          ObjectStore.put(MANIFEST, spoilt);
          return new Case(spoilt.length, this::read);
        });
  }

  @Test
  void spoiltCommitOfTheRightChecksumIsReadOrRefused() throws IOException {
    byte[] text = ObjectStore.get(commit);
    ObjectNode good = StrictJson.object("commit", new String(text, UTF_8));
    HostileCases.run(
        "commit",
        spoiler -> {
          ObjectStore.remove(commit);
          byte[] spoilt = spoiler.pick(4) == 0 ? spoiler.bytes(text) : spoiler.json(good);
          writeCommit(spoilt);
          return new Case(spoilt.length, this::read);
        });
  }

  @Test
  void spoiltCommitLeadsToNoSketchesThatItsFilesDoNotHold() throws IOException {
    ObjectNode good = StrictJson.object("commit", new String(ObjectStore.get(commit), UTF_8));
    HostileCases.runSome(
        "commit and its files",
        20,
        48 << 20,
        Set.of(),
        spoiler -> {
          ObjectStore.remove(commit);
          byte[] spoilt = spoiler.json(good);
          writeCommit(spoilt);
          return new Case(spoilt.length, this::readAll);
        });
  }

  private void writeCommit(byte[] text) {
    String checksum = Hashing.sha256Hex(text).substring(0, 16);
    commit = "/store/commits/000001-%s.json".formatted(checksum);
    ObjectStore.put(commit, text);
  }

  @Test
  void spoiltRecordOfASliceIsReadOrRunAgain() throws IOException {
    SliceRecords records =
        new SliceRecords(CONF, new Path(ROOT), SmallShards.fingerprint().sha256());
    SliceId slice = new SliceId("a", 0);
    SmallShards.slice(new SketchStore(CONF, ROOT), A, 0);
    String record = "/store/" + records.name(A.sha256(), slice);
    byte[] text = ObjectStore.get(record);
    ObjectNode good = StrictJson.object("record", new String(text, UTF_8));
    StoreFiles files = new StoreFiles(CONF, new Path(ROOT));
    Set<String> there = files.list("sums");
    there.addAll(files.list("rows"));
    there.addAll(files.list("tokens"));
    assertThat(records.read(A.sha256(), slice, there)).isPresent();
    HostileCases.run(
        "record",
        spoiler -> {
          byte[] spoilt = spoiler.pick(4) == 0 ? spoiler.bytes(text) : spoiler.json(good);
          ObjectStore.put(record, spoilt);
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
    String precious = "/precious.parquet";
    ObjectStore.put(precious, new byte[1]);
    String file = read().slices().get(0).files().get("sums").name();
    byte[] good = ObjectStore.get(commit);
    for (String name :
        List.of(
            "../precious.parquet",
            "sums/../../precious.parquet",
            precious,
            "rows/x",
            "manifest.json",
            "other/x.parquet",
            "sums/a/b.parquet",
            "s3a://b/x.parquet")) {
      ObjectStore.remove(commit);
      writeCommit(new String(good, UTF_8).replace(file, name).getBytes(UTF_8));
      assertThatThrownBy(
              () -> StoreEdit.of(new SketchStore(CONF, ROOT), CONF).apply(Set.of(), List.of()))
          .isInstanceOf(InputException.class)
          .hasMessageContaining("'%s' is no file of a store", name);
    }
    assertThat(ObjectStore.names()).contains(precious);
  }

  @Test
  void commitThatCountsASliceTwiceIsRefused() throws IOException {
    ObjectNode tree = StrictJson.object("commit", new String(ObjectStore.get(commit), UTF_8));
    ArrayNode slices = (ArrayNode) tree.at("/shards/0/slices");
    slices.add(slices.get(0).deepCopy());
    ObjectStore.remove(commit);
    writeCommit(tree.toString().getBytes(UTF_8));
    assertThatThrownBy(this::read)
        .isInstanceOf(InputException.class)
        .hasMessageContaining("Slice 0 of shard 'a' stands twice");
  }

  @Test
  void manifestInAnotherEncodingIsRefused() throws IOException {
    String text = new String(ObjectStore.get(MANIFEST), UTF_8);
    ObjectStore.put(MANIFEST, text.getBytes(UTF_16));
    assertThatThrownBy(this::read)
        .isInstanceOf(InputException.class)
        .hasMessageContaining("manifest.json is damaged: it is not UTF-8 text");
  }
}
