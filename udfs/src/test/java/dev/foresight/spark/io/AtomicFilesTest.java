package dev.foresight.spark.io;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foresight.spark.ObjectStore;
import java.io.IOException;
import java.nio.file.Files;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFilesTest {
  private static final Path ROOT = new Path("objects://bucket/out");

  private final Configuration conf = new Configuration();

  @BeforeEach
  void install() {
    ObjectStore.install(conf);
  }

  private static String text(Configuration conf, Path path) throws IOException {
    try (var in = path.getFileSystem(conf).open(path)) {
      return new String(in.readAllBytes(), UTF_8);
    }
  }

  @Test
  void objectIsSeenOnlyWhenItsUploadIsComplete() throws IOException {
    AtomicFiles.writeStream(
        conf,
        ROOT,
        "a/b",
        out -> {
          out.write("half".getBytes(UTF_8));
          out.flush();
          assertThat(ObjectStore.names()).isEmpty();
        });
    assertThat(ObjectStore.names()).containsExactly("/out/a/b");
    assertThat(ObjectStore.renames()).isZero();
  }

  @Test
  void uploadThatFailsLeavesTheOldObject() throws IOException {
    AtomicFiles.writeText(conf, ROOT, "f", "old");
    assertThatThrownBy(
            () ->
                AtomicFiles.writeStream(
                    conf,
                    ROOT,
                    "f",
                    out -> {
                      out.write("ne".getBytes(UTF_8));
                      throw new IOException("the model is gone");
                    }))
        .hasMessage("the model is gone");
    ObjectStore.failUploadsOf("f");
    assertThatThrownBy(() -> AtomicFiles.writeText(conf, ROOT, "f", "new"))
        .hasMessage("the connection was reset");
    ObjectStore.failUploadsOf("");
    assertThat(text(conf, new Path(ROOT, "f"))).isEqualTo("old");
    AtomicFiles.writeText(conf, ROOT, "f", "new");
    assertThat(text(conf, new Path(ROOT, "f"))).isEqualTo("new");
  }

  /** As Hive's, which Spark's distribution brings for the scheme {@code file}. */
  public static final class RenamesOntoNothing extends LocalFileSystem {
    @Override
    public boolean rename(Path from, Path to) throws IOException {
      return !exists(to) && super.rename(from, to);
    }
  }

  @Test
  void localFileIsReplacedWhateverTheFileSystemOfItsSchemeThinksOfRenaming(
      @TempDir java.nio.file.Path folder) throws IOException {
    conf.set("fs.file.impl", RenamesOntoNothing.class.getName());
    conf.setBoolean("fs.file.impl.disable.cache", true);
    Path root = new Path(folder.toUri());
    assertThat(root.getFileSystem(conf)).isInstanceOf(RenamesOntoNothing.class);
    AtomicFiles.writeText(conf, root, "f", "old");
    AtomicFiles.writeText(conf, root, "f", "new");
    assertThat(folder.resolve("f")).hasContent("new");
    assertThat(folder.toFile().list()).containsExactlyInAnyOrder("f", AtomicFiles.TEMPORARY);
  }

  @Test
  void localFileThatCameWithAChecksumIsReadableWhenItHasBeenReplaced(
      @TempDir java.nio.file.Path folder) throws IOException {
    Path file = new Path(new Path(folder.toUri()), "f");
    try (FileSystem copies = FileSystem.newInstance(file.toUri(), conf);
        var out = copies.create(file)) {
      out.write("old".getBytes(UTF_8));
    }
    assertThat(folder.resolve(".f.crc")).exists();
    AtomicFiles.writeText(conf, file.getParent(), "f", "a new text");
    assertThat(text(conf, file)).isEqualTo("a new text");
  }

  @Test
  void errorOfTheVirtualMachinePublishesNothing() {
    assertThatThrownBy(
            () ->
                AtomicFiles.writeStream(
                    conf,
                    ROOT,
                    "f",
                    out -> {
                      out.write(1);
                      throw new OutOfMemoryError("heap");
                    }))
        .isInstanceOf(OutOfMemoryError.class);
    assertThat(ObjectStore.names()).isEmpty();
  }

  @Test
  void failedLocalFileLeavesNothingButTheOldOne(@TempDir java.nio.file.Path folder)
      throws IOException {
    Path root = new Path(folder.toUri());
    AtomicFiles.writeText(conf, root, "f", "old");
    assertThatThrownBy(
            () ->
                AtomicFiles.writeStream(
                    conf,
                    root,
                    "f",
                    out -> {
                      out.write(1);
                      throw new IOException("disk");
                    }))
        .hasMessage("disk");
    assertThat(folder.resolve("f")).hasContent("old");
    try (var left = Files.list(folder.resolve(AtomicFiles.TEMPORARY))) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void folderThatIsRemovedIsUnfinishedBeforeAnythingElseOfItIsGone() throws IOException {
    TargetFolder target = new TargetFolder(conf, ROOT, "--out", FolderKind.MODEL, true);
    AtomicFiles.writeText(conf, ROOT, "report.json", "{\"writer\": \"foresight\", \"files\": {}}");
    target.commit();
    assertThat(target.isFinished()).isTrue();
    target.prepare();
    assertThat(ObjectStore.names()).isEmpty();
  }
}
