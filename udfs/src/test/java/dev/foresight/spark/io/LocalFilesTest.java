package dev.foresight.spark.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foresight.InputException;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.permission.FsPermission;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalFilesTest {
  private static final String UMASK = "fs.permissions.umask-mode";

  @TempDir private java.nio.file.Path folder;
  private Configuration conf;

  @BeforeEach
  void configure() {
    conf = LocalFiles.use(new Configuration());
  }

  private Path path(String name) {
    return new Path(folder.resolve(name).toUri());
  }

  private FileSystem files() throws IOException {
    FileSystem files = path("").getFileSystem(conf);
    assertThat(files).isInstanceOf(LocalFiles.class);
    return files;
  }

  private String rights(String name) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve(name)));
  }

  /** Run with a umask of its own by the test below: Java can't set that of a running process. */
  public static void main(String[] args) throws IOException {
    Configuration conf = LocalFiles.use(new Configuration());
    AtomicFiles.writeText(conf, new Path(args[0]), "deep/er/file", "text");
    AtomicFiles.writeText(conf, new Path(args[0]), "deep/er/file", "text again");
  }

  @Test
  void umaskDecidesTheRightsOfFilesAndFolders() throws Exception {
    String jvm = java.nio.file.Path.of(System.getProperty("java.home"), "bin", "java").toString();
    Process child =
        new ProcessBuilder(
                "sh",
                "-c",
                "umask 027; exec \"$@\"",
                "sh",
                jvm,
                "-cp",
                System.getProperty("java.class.path"),
                LocalFilesTest.class.getName(),
                folder.resolve("out").toString())
            .inheritIO()
            .start();
    assertThat(child.waitFor()).isZero();
    assertThat(rights("out/deep/er/file")).isEqualTo("rw-r-----"); // coreutils: 0666 & ~027
    assertThat(rights("out/deep/er")).isEqualTo("rwxr-x---");
    assertThat(rights("out")).isEqualTo("rwxr-x---");
    assertThat(folder.resolve("out/deep/er/file")).hasContent("text again");
  }

  @Test
  void settingCanNotWidenWhatTheUmaskLeaves() throws IOException {
    conf.set(UMASK, "000");
    files().create(path("a/file")).close();
    files().create(path("a/other"), new FsPermission("777"), true, 4096, (short) 1, 4096, null);
    Files.createFile(folder.resolve("usual"));
    Files.createDirectory(folder.resolve("usual-folder"));
    assertThat(rights("a/file")).isEqualTo(rights("usual"));
    assertThat(rights("a/other")).isEqualTo(rights("usual"));
    assertThat(rights("a")).isEqualTo(rights("usual-folder"));
  }

  @Test
  void settingAndCallerCanTakeRightsAway() throws IOException {
    files().mkdirs(path("mine"), new FsPermission("700"));
    assertThat(rights("mine")).isEqualTo("rwx------");
    conf.set(UMASK, "077");
    files().create(path("secret/file")).close();
    assertThat(rights("secret/file")).isEqualTo("rw-------");
    assertThat(rights("secret")).isEqualTo("rwx------");
  }

  @Test
  void folderThatCanNotBeMadeSaysWhyAndWhere() throws IOException {
    Files.createFile(folder.resolve("file"));
    assertThatThrownBy(() -> files().mkdirs(path("file/folder")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(folder.resolve("file").toString());
  }

  @Test
  void fullDeviceIsNamedByTheFileThatItHasNoRoomFor() throws IOException {
    var full = new Path("/dev/full"); // Linux: every write fails with ENOSPC
    assertThatThrownBy(
            () -> {
              try (var out = files().create(full, true)) {
                out.write(new byte[1 << 20]);
              }
            })
        .isInstanceOf(FileSystemException.class)
        .hasMessage("/dev/full: No space left on device");
  }

  @Test
  void fileWhoseNameIsNotUtf8IsRefusedNotLeftOut() throws Exception {
    Files.createFile(folder.resolve("plain.jsonl"));
    // Latin-1's e with an acute, which Java can't write in a UTF-8 locale
    Process shell =
        new ProcessBuilder("bash", "-c", "> \"$0\"/$'donn\\xe9es.jsonl'", folder.toString())
            .inheritIO()
            .start();
    assertThat(shell.waitFor()).isZero();
    assertThatThrownBy(() -> files().globStatus(path("*.jsonl")))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("donn\ufffdes.jsonl");
    Files.delete(folder.resolve("plain.jsonl"));
    shell = new ProcessBuilder("bash", "-c", "rm \"$0\"/donn*", folder.toString()).start();
    assertThat(shell.waitFor()).isZero();
  }
}
