package dev.foresight.spark.io;

import dev.foresight.InputException;
import dev.foresight.Words;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import java.util.Set;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.CommonPathCapabilities;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Options;
import org.apache.hadoop.fs.Path;

/**
 * Files that are there whole or not at all.
 *
 * <p>On local disks and HDFS a file is written under {@code _temporary/} with a name of its
 * attempt, then renamed, which replaces a file of that name in one step. Object stores have no
 * rename, only copies; but there an object appears when its upload is complete, so it is written
 * under its own name, and an upload that fails is aborted: closing it would publish the half. A
 * killed or repeated task leaves no half file either way, and the same content twice is harmless.
 * Readers ignore names that begin with an underscore.
 */
public final class AtomicFiles {
  /** Folder of unfinished files inside a store or output folder. */
  public static final String TEMPORARY = "_temporary";

  private static final Set<String> REPLACES_ON_REQUEST = Set.of("hdfs", "viewfs");
  private static final String LOCAL = "file";
  private static final int ATTEMPTS = 5;

  private AtomicFiles() {}

  /** Writes the content of a file to a stream, which the caller closes. */
  @FunctionalInterface
  public interface StreamWriter {
    void write(OutputStream out) throws IOException;
  }

  /**
   * @param root the store or output folder
   * @param file relative to it, with forward slashes
   * @param writer called once
   * @throws InputException if there is a colon in the file's name, which Hadoop takes for a
   *     scheme's
   */
  public static void writeStream(Configuration conf, Path root, String file, StreamWriter writer)
      throws IOException {
    FileSystem fileSystem = withoutChecksumFiles(root, conf);
    if (file.contains(":")) {
      throw new InputException(
          Words.format(
              "%s/%s can't be written with a colon in its name: choose another.", root, file));
    }
    Path target = new Path(root, file);
    if (appearsWhenComplete(fileSystem, target)) {
      upload(fileSystem, target, writer);
      return;
    }
    Path unfinished =
        new Path(new Path(root, TEMPORARY), UUID.randomUUID() + "-" + target.getName());
    makeFolder(fileSystem, unfinished.getParent());
    try {
      try (OutputStream out = fileSystem.create(unfinished, true)) {
        writer.write(out);
      }
      publish(conf, unfinished, target);
    } finally {
      fileSystem.delete(unfinished, false);
    }
  }

  /**
   * Makes a folder that another run may be removing because it was empty: Hadoop's local file
   * system makes it first and sets its permissions then, and fails where it is gone in between.
   */
  private static void makeFolder(FileSystem fileSystem, Path folder) throws IOException {
    for (int attempt = 1; ; attempt++) {
      try {
        fileSystem.mkdirs(folder);
        return;
      } catch (IOException e) {
        if (attempt == ATTEMPTS) {
          throw e;
        }
      }
    }
  }

  /** The same for a small text. */
  public static void writeText(Configuration conf, Path root, String file, String text)
      throws IOException {
    writeStream(conf, root, file, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
  }

  /** Whether a file is seen only after its stream was closed, and never if it is aborted. */
  public static boolean appearsWhenComplete(FileSystem fileSystem, Path path) throws IOException {
    return fileSystem.hasPathCapability(path, CommonPathCapabilities.ABORTABLE_STREAM);
  }

  private static void upload(FileSystem fileSystem, Path target, StreamWriter writer)
      throws IOException {
    FSDataOutputStream out = fileSystem.create(target, true);
    try {
      writer.write(out);
      out.flush();
    } catch (IOException | RuntimeException | Error e) {
      out.abort();
      throw e;
    }
    out.close(); // completes the upload; if that fails, nothing was published
  }

  /** Moves a finished file to its name, in place of one that is there. */
  public static void publish(Configuration conf, Path unfinished, Path target) throws IOException {
    FileSystem fileSystem = withoutChecksumFiles(target, conf);
    makeFolder(fileSystem, target.getParent());
    if (REPLACES_ON_REQUEST.contains(fileSystem.getScheme())) {
      FileContext.getFileContext(target.toUri(), conf)
          .rename(unfinished, target, Options.Rename.OVERWRITE);
      return;
    }
    if (fileSystem.getScheme().equals(LOCAL)) {
      // Spark's distribution brings Hive's file system for this scheme, which renames onto nothing
      // that is there. A checksum that Hadoop's tools put beside the old file, say when they copied
      // it here, would damn the new one.
      var file = local(target);
      Files.deleteIfExists(file.resolveSibling("." + file.getFileName() + ".crc"));
      Files.move(local(unfinished), file, StandardCopyOption.ATOMIC_MOVE);
      return;
    }
    if (fileSystem.exists(target)) {
      fileSystem.delete(target, false);
    }
    if (!fileSystem.rename(unfinished, target)) {
      throw new IOException(Words.format("Can't rename %s to %s", unfinished, target));
    }
  }

  private static java.nio.file.Path local(Path path) {
    return java.nio.file.Path.of(path.toUri().getPath());
  }

  /** Hadoop's local file system would put a .crc file beside every file that users look at. */
  public static FileSystem withoutChecksumFiles(Path root, Configuration conf) throws IOException {
    FileSystem fileSystem = root.getFileSystem(conf);
    fileSystem.setWriteChecksum(false);
    return fileSystem;
  }
}
