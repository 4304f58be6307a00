package dev.foresight.spark.corpus;

import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.spark.io.FileMatches;
import dev.foresight.spark.io.FileSettings;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;

/**
 * The files of a corpus.
 *
 * @param option that names them
 * @param location as it was given: a file, folder or glob
 * @param root path of the folder that shard ids are relative to
 * @param kind of all files
 * @param files in order of their paths
 */
record CorpusFiles(String option, String location, String root, Kind kind, List<FileStatus> files) {
  private static final long LARGEST_TEXT = 1L << 30; // a document is one array in memory

  /** What a file holds. */
  enum Kind {
    JSON_LINES,
    PARQUET,
    ORC,
    TEXT;

    static Kind of(Path file, String option) {
      String name = file.getName().replaceFirst("\\.(gz|zst|bz2|lz4|snappy)$", "");
      return switch (name.substring(name.lastIndexOf('.') + 1)) {
        case "jsonl", "json", "ndjson" -> JSON_LINES;
        case "parquet" -> PARQUET;
        case "orc" -> ORC;
        case "txt" -> TEXT;
        default ->
            throw new InputException(
                Words.format(
                        "%s: %s is none of .jsonl, .json, .ndjson, .txt (also .gz, .zst), .parquet,",
                        option, file)
                    + " .orc: name files by a glob that leaves it out.");
      };
    }
  }

  /**
   * @param option that names them, for messages
   * @throws InputException if there are none, or of several kinds
   */
  static CorpusFiles find(Configuration conf, String option, String location) throws IOException {
    FileMatches matches = FileMatches.of(location, conf);
    List<FileStatus> found = new ArrayList<>();
    for (FileStatus match : matches.found()) {
      if (match.isFile()) {
        found.add(match);
      } else {
        addBelow(match.getPath().getFileSystem(conf), match.getPath(), found);
      }
    }
    if (found.isEmpty()) {
      throw new InputException(
          Words.format("No file matches %s '%s': check the path.", option, location));
    }
    found.sort((a, b) -> a.getPath().compareTo(b.getPath()));
    List<Kind> kinds =
        found.stream().map(file -> Kind.of(file.getPath(), option)).distinct().toList();
    if (kinds.size() > 1) {
      throw new InputException(
          Words.format(
              "%s '%s' matches files of several kinds (%s): choose files of one kind by a glob.",
              option, location, kinds));
    }
    if (kinds.get(0) == Kind.TEXT) {
      found.forEach(CorpusFiles::requireDocumentSize);
    }
    return new CorpusFiles(option, location, matches.root().toUri().getPath(), kinds.get(0), found);
  }

  /** All files below a folder; what begins with a dot or underscore is none of the data. */
  private static void addBelow(FileSystem fileSystem, Path folder, List<FileStatus> found)
      throws IOException {
    if ("file".equals(fileSystem.getUri().getScheme())) {
      for (Path file : LocalWalk.files(folder)) {
        found.add(fileSystem.getFileStatus(file));
      }
      return;
    }
    RemoteIterator<LocatedFileStatus> all = fileSystem.listFiles(folder, true);
    int prefix = folder.toUri().getPath().length();
    while (all.hasNext()) {
      FileStatus file = all.next();
      if (!file.getPath().toUri().getPath().substring(prefix).matches("(?s).*/[._].*")) {
        found.add(file);
      }
    }
  }

  private static void requireDocumentSize(FileStatus file) {
    if (file.getLen() > LARGEST_TEXT) {
      throw new InputException(
          Words.format(
              "%s has %,d bytes and a .txt file is one document: split it, or make it JSON lines.",
              file.getPath(), file.getLen()));
    }
  }

  /** The same corpus, of these files alone. */
  CorpusFiles of(List<FileStatus> some) {
    return new CorpusFiles(option, location, root, kind, some);
  }

  /** Paths of all files. */
  List<Path> paths() {
    return files.stream().map(FileStatus::getPath).toList();
  }

  /** Files none of whose rows were read. */
  List<FileStatus> without(Set<Path> read) {
    return files.stream().filter(file -> !read.contains(file.getPath())).toList();
  }

  /**
   * What a task needs to open these files.
   *
   * @param conf of the session
   */
  Map<String, String> settings(Configuration conf) {
    return FileSettings.of(conf, paths());
  }

  /**
   * Lists once more, after all was read.
   *
   * @throws InputException if a file came, went or changed meanwhile: nobody could say what was
   *     read
   */
  void requireUnchanged(Configuration conf) throws IOException {
    Map<Path, FileStatus> before = byPath(files);
    Map<Path, FileStatus> after = byPath(find(conf, option, location).files());
    Set<Path> all = new TreeSet<>(before.keySet());
    all.addAll(after.keySet());
    for (Path file : all) {
      FileStatus was = before.get(file);
      FileStatus is = after.get(file);
      boolean same =
          was != null
              && is != null
              && was.getLen() == is.getLen()
              && was.getModificationTime() == is.getModificationTime();
      if (!same) {
        throw new InputException(
            Words.format(
                "%s %s while the corpus was read: run the command again when nothing writes to %s.",
                file, was == null ? "came" : is == null ? "went" : "changed", location));
      }
    }
  }

  private static Map<Path, FileStatus> byPath(List<FileStatus> files) {
    return files.stream().collect(Collectors.toMap(FileStatus::getPath, file -> file));
  }

  /** Whether every file lies below a folder {@code name=value}. */
  boolean haveFolders(String name) {
    return paths().stream()
        .allMatch(file -> ShardIds.folderValue(name, file.toUri().toString()).isPresent());
  }

  /**
   * @throws InputException if two files would be one shard, as a file and its compressed copy
   */
  void requireOneFileAShard(ShardIds ids) {
    Map<String, Path> known = new HashMap<>();
    for (Path file : paths()) {
      String id = ids.of(file.toUri().toString(), null, null).orElseThrow();
      Path other = known.put(id, file);
      if (other != null) {
        throw new InputException(
            Words.format(
                "%s and %s are both shard '%s': leave one out by a glob, rename it, or give --shard-by.",
                other, file, id));
      }
    }
  }
}
