package dev.foresight.spark.io;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** All that is in a folder, at any depth, hidden files too. Links are named, not followed. */
public final class FolderTree {
  private FolderTree() {}

  /** What stands under a name. */
  public enum Kind {
    FILE,
    LINK,
    EMPTY_FOLDER
  }

  /**
   * A thing in a folder.
   *
   * @param name relative to it, with forward slashes
   */
  public record Entry(String name, Kind kind) {}

  /** Everything below a folder, by name; nothing if there is no folder. */
  public static List<Entry> of(Path root, Configuration conf) throws IOException {
    List<Entry> entries = new ArrayList<>();
    RealPlace real = RealPlace.of(root, conf);
    if (real.local() == null) {
      FileSystem fileSystem = real.uri().getFileSystem(conf);
      add(fileSystem, real.uri(), "", entries);
    } else { // Hadoop's local file system shows neither links for what they are nor checksum files
      addLocal(real.local(), "", entries);
    }
    entries.sort(Comparator.comparing(Entry::name));
    return entries;
  }

  private static void add(FileSystem fileSystem, Path folder, String prefix, List<Entry> entries)
      throws IOException {
    FileStatus[] found;
    try {
      found = fileSystem.listStatus(folder);
    } catch (FileNotFoundException e) { // another run has tidied up
      return;
    }
    addIfEmpty(found.length == 0, prefix, entries);
    for (FileStatus status : found) {
      String name = prefix + status.getPath().getName();
      if (status.isDirectory()) {
        add(fileSystem, status.getPath(), name + "/", entries);
      } else {
        entries.add(new Entry(name, status.isSymlink() ? Kind.LINK : Kind.FILE));
      }
    }
  }

  private static void addLocal(java.nio.file.Path folder, String prefix, List<Entry> entries)
      throws IOException {
    List<java.nio.file.Path> found;
    try (Stream<java.nio.file.Path> children = Files.list(folder)) {
      found = children.toList();
    } catch (NoSuchFileException e) { // another run has tidied up
      return;
    }
    addIfEmpty(found.isEmpty(), prefix, entries);
    for (java.nio.file.Path child : found) {
      String name = prefix + child.getFileName();
      if (Files.isDirectory(child, LinkOption.NOFOLLOW_LINKS)) {
        addLocal(child, name + "/", entries);
      } else {
        entries.add(new Entry(name, Files.isSymbolicLink(child) ? Kind.LINK : Kind.FILE));
      }
    }
  }

  private static void addIfEmpty(boolean empty, String prefix, List<Entry> entries) {
    if (empty && !prefix.isEmpty()) {
      entries.add(new Entry(prefix.substring(0, prefix.length() - 1), Kind.EMPTY_FOLDER));
    }
  }
}
