package dev.foresight.spark.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foresight.InputException;
import dev.foresight.spark.ObjectStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Only what Foresight wrote is ever removed. */
class TargetFolderTest {
  private static final String REPORT =
      "{\"writer\": \"foresight\", \"files\": {\"config.json\": {}, \"odd name.txt\": {},"
          + " \"foresight/plots/block-0.svg\": {}, \"model-00001-of-00002.safetensors\": {}}}";

  private final Configuration conf = new Configuration();

  @TempDir private Path folder;
  private Path out;

  @BeforeEach
  void name() {
    out = folder.resolve("out");
  }

  private TargetFolder target(FolderKind kind, boolean overwrite) throws IOException {
    return new Footprint()
        .writesFolder("--out", out.toString(), kind, overwrite)
        .folder("--out", conf);
  }

  private void put(String name, String text) throws IOException {
    Files.createDirectories(out.resolve(name).getParent());
    Files.writeString(out.resolve(name), text);
  }

  /** What quantize leaves, written elsewhere and at its end. */
  private void putModel() throws IOException {
    put("report.json", REPORT);
    for (String name :
        List.of(
            "config.json",
            "odd name.txt",
            "README.md",
            "_SUCCESS",
            "model-00001-of-00002.safetensors",
            "foresight/run.json",
            "foresight/plots/block-0.svg",
            "foresight/quantization/_SUCCESS",
            "foresight/quantization/._SUCCESS.crc",
            "foresight/quantization/part-00000-0c-c000.snappy.parquet",
            "foresight/quantization/.part-00000-0c-c000.snappy.parquet.crc")) {
      put(name, "x");
    }
  }

  private List<String> there() throws IOException {
    return FolderTree.of(new org.apache.hadoop.fs.Path(out.toString()), conf).stream()
        .map(FolderTree.Entry::name)
        .toList();
  }

  private void assertKept(FolderKind kind, String... parts) throws IOException {
    List<String> before = there();
    assertThatThrownBy(() -> target(kind, true).prepare())
        .isInstanceOf(InputException.class)
        .hasMessageContainingAll(parts);
    assertThat(there()).isEqualTo(before);
  }

  @Test
  void modelThatForesightWroteIsReplaced() throws IOException {
    putModel();
    target(FolderKind.MODEL, true).prepare();
    assertThat(there()).isEmpty();
    assertThat(out).isEmptyDirectory();
  }

  @Test
  void modelIsNotReplacedUnasked() throws IOException {
    putModel();
    assertThatThrownBy(() -> target(FolderKind.MODEL, false).prepare())
        .hasMessageContainingAll("exists and is not empty", "--overwrite");
    assertThat(there()).hasSize(12);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "notes.txt",
        "model.safetensors",
        "model-00002-of-00002.safetensors",
        ".git/config",
        "foresight/notes.txt",
        "foresight/plots/mine.svg",
        "foresight/quantization/mine.parquet",
        "_temporary/thesis.txt",
        ".notes.txt.crc"
      })
  void whatSomebodyPutBesideOursKeepsTheFolder(String name) throws IOException {
    putModel();
    put(name, "dear to somebody");
    assertKept(FolderKind.MODEL, name, "did not write", "choose another --out");
  }

  @Test
  void linkInsideIsNeitherFollowedNorRemoved() throws IOException {
    putModel();
    Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
    Files.writeString(elsewhere.resolve("thesis.txt"), "dear to somebody");
    Files.createSymbolicLink(out.resolve("foresight/importance"), elsewhere);
    assertKept(FolderKind.MODEL, "foresight/importance", "did not write");
    assertThat(elsewhere.resolve("thesis.txt")).exists();
  }

  @Test
  void folderBehindALinkIsEmptiedAndTheLinkStays() throws IOException {
    putModel();
    Path link = Files.createSymbolicLink(folder.resolve("link"), out);
    new Footprint()
        .writesFolder("--out", link.toString(), FolderKind.MODEL, true)
        .folder("--out", conf)
        .prepare();
    assertThat(link).isSymbolicLink();
    assertThat(out).isEmptyDirectory();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "thesis.txt",
        "report.json",
        "_SUCCESS",
        "foresight.json",
        "manifest.json",
        "_temporary/0/part-00000",
        "cells/0123456789abcdef0123456789abcdef.json",
        "sub/deep/thesis.txt"
      })
  void folderOfAStrangerIsNeverReplacedAsAnything(String name) throws IOException {
    put(name, "{\"dear\": \"to somebody\"}");
    for (FolderKind kind : FolderKind.values()) {
      assertKept(kind, "holds " + name, kind.words(), "Nothing was touched");
    }
  }

  @Test
  void storeIsNoModelFolderAndNotReplacedByOne() throws IOException {
    put("manifest.json", "{\"version\": 2, \"packing\": {}, \"sketch\": {}}");
    put("report.json", "{\"writer\": \"foresight\", \"shards\": {}}");
    put("sums/s.00000.0123456789abcdef.parquet", "x");
    assertKept(FolderKind.MODEL, "is no model folder");
    target(FolderKind.STORE, true).prepare();
    assertThat(there()).isEmpty();
  }

  @Test
  void storeOfVersionOneHasNamesOfItsOwn() throws IOException {
    put("manifest.json", "{\"version\": 1, \"packing\": {}, \"sketch\": {}}");
    put("sums/s.00000.parquet", "x");
    put("sequences/s.parquet", "x");
    target(FolderKind.STORE, true).prepare();
    assertThat(there()).isEmpty();
  }

  @Test
  void killedRunIsKnownByThePlanAndTheNamesItAnnounced() throws IOException {
    UnfinishedOutput unfinished = new UnfinishedOutput(out.toString());
    unfinished.begin("{\"writer\": \"foresight\"}", conf);
    unfinished.write("merges.txt", stream -> stream.write(1), conf);
    put("foresight/importance/_temporary/0/part-00000", "x");
    put("vocab.txt", "dear to somebody");
    assertKept(FolderKind.MODEL, "vocab.txt", "did not write");
    Files.delete(out.resolve("vocab.txt"));
    target(FolderKind.MODEL, true).prepare();
    assertThat(there()).isEmpty();
  }

  @Test
  void runThatWasKilledAtItsFirstFileIsReplaced() throws IOException {
    put("_temporary/0c9ab2d4-1111-2222-3333-0123456789ab-plan.json", "{");
    target(FolderKind.MODEL, true).prepare();
    assertThat(there()).isEmpty();
  }

  @Test
  void fileInPlaceOfTheFolderIsRefused() throws IOException {
    Files.writeString(out, "dear to somebody");
    assertThatThrownBy(() -> target(FolderKind.MODEL, true).prepare())
        .isInstanceOf(InputException.class)
        .hasMessageContaining("is a file");
    assertThat(out).hasContent("dear to somebody");
  }

  @Test
  void refusedRunTakesBackWhatItBeganAndNothingElse() throws IOException {
    TargetFolder fresh = target(FolderKind.STUDY, false);
    fresh.prepare();
    assertThat(fresh.isOurs()).isTrue();
    fresh.takeBack();
    assertThat(out).doesNotExist();

    Files.createDirectory(out);
    TargetFolder empty = target(FolderKind.STUDY, false);
    empty.prepare();
    empty.takeBack();
    assertThat(out).isEmptyDirectory();

    TargetFolder shared = target(FolderKind.STUDY, false);
    shared.prepare();
    put("notes.txt", "put there meanwhile");
    put("tables/cells/notes.txt", "put there meanwhile");
    put("tables/cells/_SUCCESS", "");
    shared.takeBack();
    assertThat(there()).containsExactly("notes.txt", "tables/cells/notes.txt");
  }

  @Test
  void runThatBeganNothingTakesNothingBack() throws IOException {
    putModel();
    List<String> before = there();
    target(FolderKind.MODEL, true).takeBack();
    assertThat(there()).isEqualTo(before);
  }

  @Test
  void objectStoreKeepsWhatIsNotOursToo() throws IOException {
    ObjectStore.install(conf);
    String root = "objects://bucket/out";
    TargetFolder target =
        new Footprint().writesFolder("--out", root, FolderKind.BLOCKS, true).folder("--out", conf);
    target.prepare();
    target.markFinished();
    ObjectStore.put("/out/sub/thesis.txt", "dear".getBytes(StandardCharsets.UTF_8));
    assertThatThrownBy(target::prepare).hasMessageContaining("sub/thesis.txt");
    ObjectStore.remove("/out/sub/thesis.txt");
    target.takeBack();
    assertThat(ObjectStore.names()).isEmpty();
  }
}
