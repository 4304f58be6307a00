package dev.foresight.spark.io;

import static dev.foresight.spark.io.FolderTree.Kind.EMPTY_FOLDER;
import static dev.foresight.spark.io.FolderTree.Kind.FILE;
import static dev.foresight.spark.io.FolderTree.Kind.LINK;
import static org.assertj.core.api.Assertions.assertThat;

import dev.foresight.spark.ObjectStore;
import dev.foresight.spark.io.FolderTree.Entry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderTreeTest {
  private final Configuration conf = new Configuration();

  @TempDir private Path folder;

  private List<Entry> tree(String name) throws IOException {
    return FolderTree.of(new org.apache.hadoop.fs.Path(folder.resolve(name).toUri()), conf);
  }

  @Test
  void everythingIsNamedOnceWhateverItIs() throws IOException {
    Files.createDirectories(folder.resolve("t/a/empty"));
    Files.createDirectories(folder.resolve("t/.hidden"));
    Files.writeString(folder.resolve("t/.hidden/x"), "");
    Files.writeString(folder.resolve("t/a/.f.crc"), ""); // which Hadoop's own listing leaves out
    Files.writeString(folder.resolve("t/b:c d"), "");
    assertThat(tree("t"))
        .containsExactly(
            new Entry(".hidden/x", FILE),
            new Entry("a/.f.crc", FILE),
            new Entry("a/empty", EMPTY_FOLDER),
            new Entry("b:c d", FILE));
  }

  @Test
  void linksAreNamedNotFollowed() throws IOException {
    Files.createDirectories(folder.resolve("t"));
    Files.createDirectories(folder.resolve("precious/deep"));
    Files.createSymbolicLink(folder.resolve("t/folder"), folder.resolve("precious"));
    Files.createSymbolicLink(folder.resolve("t/nothing"), folder.resolve("nowhere"));
    Files.createSymbolicLink(folder.resolve("t/self"), folder.resolve("t"));
    assertThat(tree("t"))
        .containsExactly(
            new Entry("folder", LINK), new Entry("nothing", LINK), new Entry("self", LINK));
  }

  @Test
  void folderBehindALinkIsLookedInto() throws IOException {
    Files.createDirectories(folder.resolve("t/a"));
    Files.createSymbolicLink(folder.resolve("link"), folder.resolve("t"));
    assertThat(tree("link")).containsExactly(new Entry("a", EMPTY_FOLDER));
  }

  @Test
  void emptyFolderAndNoFolderHoldNothing() throws IOException {
    Files.createDirectories(folder.resolve("t"));
    assertThat(tree("t")).isEmpty();
    assertThat(tree("nowhere")).isEmpty();
  }

  @Test
  void objectsAreNamedBelowTheirPrefix() throws IOException {
    ObjectStore.install(conf);
    for (String name : List.of("/out/b", "/out/a/c", "/other/x")) {
      ObjectStore.put(name, new byte[1]);
    }
    assertThat(FolderTree.of(new org.apache.hadoop.fs.Path("objects://bucket/out"), conf))
        .containsExactly(new Entry("a/c", FILE), new Entry("b", FILE));
    assertThat(FolderTree.of(new org.apache.hadoop.fs.Path("objects://bucket/none"), conf))
        .isEmpty();
  }
}
