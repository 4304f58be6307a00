package dev.foresight.spark.io;

import dev.foresight.InputException;
import dev.foresight.Words;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.GlobExpander;
import org.apache.hadoop.fs.GlobFilter;
import org.apache.hadoop.fs.ParentNotDirectoryException;
import org.apache.hadoop.fs.Path;

/**
 * The files and folders that a location names. What exists by a name is meant by it, whatever
 * characters are in it; only a part of a path that names nothing is read as a glob. Hadoop's own
 * globs would read {@code part[1].jsonl} as {@code part1.jsonl}, and can't match names with a
 * colon.
 *
 * @param root the folder before the first part that was read as a glob; of one file its own
 * @param found in order of their paths, empty if there is nothing
 */
public record FileMatches(Path root, List<FileStatus> found) {
  /**
   * @param location a path or URI
   * @throws InputException if it names nothing and is no glob either
   */
  public static FileMatches of(String location, Configuration conf) throws IOException {
    Path path = new Path(Locations.qualify(location, conf));
    FileSystem fileSystem = path.getFileSystem(conf);
    Optional<FileStatus> named = status(fileSystem, path);
    if (named.isPresent()) {
      Path root = named.get().isFile() ? path.getParent() : path;
      return new FileMatches(root, List.of(named.get()));
    }
    Path top = path;
    while (top.getParent() != null) {
      top = top.getParent();
    }
    String whole = path.toUri().getPath().substring(1);
    Path root = top;
    for (String part : whole.split("/")) {
      Optional<FileStatus> next = status(fileSystem, child(root, part));
      if (next.isEmpty()) {
        break;
      }
      root = next.get().getPath();
    }
    TreeMap<Path, FileStatus> found = new TreeMap<>();
    try {
      for (String plain : GlobExpander.expand(whole)) { // {a/b,c}: braces around a slash
        match(fileSystem, top, Arrays.asList(plain.split("/")), found);
      }
    } catch (MalformedGlobException e) {
      throw new InputException(
          Words.format(
              "There is no %s, and it is no glob either (%s): check the path.",
              location, e.getMessage()),
          e);
    }
    return new FileMatches(root, List.copyOf(found.values()));
  }

  /** Whether something has that name, read as no glob. */
  public static boolean exists(String location, Configuration conf) throws IOException {
    Path path = new Path(Locations.qualify(location, conf));
    return status(path.getFileSystem(conf), path).isPresent();
  }

  private static void match(
      FileSystem fileSystem, Path folder, List<String> parts, TreeMap<Path, FileStatus> found)
      throws IOException {
    List<String> rest = parts.subList(1, parts.size());
    for (FileStatus match : matches(fileSystem, folder, parts.get(0))) {
      if (rest.isEmpty()) {
        found.put(match.getPath(), match);
      } else if (match.isDirectory()) {
        match(fileSystem, match.getPath(), rest, found);
      }
    }
  }

  private static List<FileStatus> matches(FileSystem fileSystem, Path folder, String part)
      throws IOException {
    Optional<FileStatus> named = status(fileSystem, child(folder, part));
    if (named.isPresent()) {
      return List.of(named.get());
    }
    if (!part.matches("(?s).*[*?\\[{\\\\].*")) {
      return List.of();
    }
    GlobFilter glob;
    try {
      glob = new GlobFilter(part);
    } catch (IOException e) {
      throw new MalformedGlobException(e);
    }
    List<FileStatus> matches = new ArrayList<>();
    for (FileStatus status : fileSystem.listStatus(folder)) {
      String name = status.getPath().getName();
      if (glob.accept(status.getPath()) && (!hidden(name) || hidden(part))) {
        matches.add(status);
      }
    }
    return matches;
  }

  /** Whether a name is none of the data unless it is given as such. */
  public static boolean hidden(String name) {
    return name.startsWith(".") || name.startsWith("_");
  }

  /** A child of a folder; {@code new Path(folder, name)} fails for names with a colon. */
  private static Path child(Path folder, String name) {
    return new Path(folder, new Path(null, null, name));
  }

  private static Optional<FileStatus> status(FileSystem fileSystem, Path path) throws IOException {
    try {
      return Optional.of(fileSystem.getFileStatus(path));
    } catch (FileNotFoundException | ParentNotDirectoryException e) {
      return Optional.empty();
    }
  }

  private static final class MalformedGlobException extends IOException {
    private static final long serialVersionUID = 1L;

    MalformedGlobException(IOException cause) {
      super(cause.getMessage(), cause);
    }
  }
}
