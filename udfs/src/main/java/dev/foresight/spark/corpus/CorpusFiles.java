package dev.foresight.spark.corpus;

import dev.foresight.InputException;
import dev.foresight.Words;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;

/**
 * The files of a corpus.
 *
 * @param location as it was given: a file, folder or glob
 * @param root path of the folder that shard ids are relative to
 * @param kind of all files
 * @param files in order of their paths
 */
record CorpusFiles(String location, String root, Kind kind, List<Path> files) {
  private static final long LARGEST_TEXT = 1L << 30; // a document is one array in memory

  /** What a file holds. */
  enum Kind {
    JSON_LINES,
    PARQUET,
    ORC,
    TEXT;

    static Kind of(Path file) {
      String name = file.getName().replaceFirst("\\.(gz|zst|bz2|lz4|snappy)$", "");
      return switch (name.substring(name.lastIndexOf('.') + 1)) {
        case "jsonl", "json", "ndjson" -> JSON_LINES;
        case "parquet" -> PARQUET;
        case "orc" -> ORC;
        case "txt" -> TEXT;
        default ->
            throw new InputException(
                Words.format("--corpus: %s is none of .jsonl, .json, .ndjson, .txt (also .gz, .zst), .parquet,", file)
                    + " .orc: name files by a glob that leaves it out.");
      };
    }
  }

  /**
   * @throws InputException if there are none, or of several kinds
   */
  static CorpusFiles find(Configuration conf, String location) throws IOException {
    Path pattern = new Path(location);
    FileSystem fileSystem = pattern.getFileSystem(conf);
    FileStatus[] matches = fileSystem.globStatus(pattern);
    List<FileStatus> found = new ArrayList<>();
    for (FileStatus match : matches == null ? new FileStatus[0] : matches) {
      if (match.isFile()) {
        found.add(match);
      } else {
        addBelow(fileSystem, match.getPath(), found);
      }
    }
    if (found.isEmpty()) {
      throw new InputException(
          Words.format("No file matches --corpus '%s': check the path.", location));
    }
    List<Path> files = found.stream().map(FileStatus::getPath).sorted().toList();
    List<Kind> kinds = files.stream().map(Kind::of).distinct().toList();
    if (kinds.size() > 1) {
      throw new InputException(
          Words.format("--corpus '%s' matches files of several kinds (%s): choose files of one kind by a glob.", location, kinds));
    }
    if (kinds.get(0) == Kind.TEXT) {
      found.forEach(CorpusFiles::requireDocumentSize);
    }
    return new CorpusFiles(location, rootOf(pattern, files), kinds.get(0), files);
  }

  /** All files below a folder; what begins with a dot or underscore is none of the data. */
  private static void addBelow(FileSystem fileSystem, Path folder, List<FileStatus> found)
      throws IOException {
    RemoteIterator<LocatedFileStatus> all = fileSystem.listFiles(folder, true);
    int prefix = folder.toUri().getPath().length();
    while (all.hasNext()) {
      FileStatus file = all.next();
      if (!file.getPath().toUri().getPath().substring(prefix).matches(".*/[._].*")) {
        found.add(file);
      }
    }
  }

  private static void requireDocumentSize(FileStatus file) {
    if (file.getLen() > LARGEST_TEXT) {
      throw new InputException(
          Words.format("%s has %,d bytes and a .txt file is one document: split it, or make it JSON lines.", file.getPath(), file.getLen()));
    }
  }

  /** The folder before the first wildcard; of a single file its own. */
  private static String rootOf(Path pattern, List<Path> files) {
    Path path = pattern;
    while (path != null && path.toString().matches(".*[*?{\\[].*")) {
      path = path.getParent();
    }
    String root = path == null ? "" : path.toUri().getPath();
    Path first = files.get(0);
    boolean oneFile = files.size() == 1 && first.toUri().getPath().endsWith(root);
    return oneFile ? first.getParent().toUri().getPath() : root;
  }

  String[] names() {
    return files.stream().map(Path::toString).toArray(String[]::new);
  }

  /** Whether every file lies below a folder {@code name=value}. */
  boolean haveFolders(String name) {
    return files.stream()
        .allMatch(file -> ShardIds.folderValue(name, file.toUri().toString()).isPresent());
  }

  /**
   * @throws InputException if two files would be one shard, as a file and its compressed copy
   */
  void requireOneFileAShard(ShardIds ids) {
    Map<String, Path> known = new HashMap<>();
    for (Path file : files) {
      String id = ids.of(file.toUri().toString(), null, null).orElseThrow();
      Path other = known.put(id, file);
      if (other != null) {
        throw new InputException(
            Words.format("%s and %s are both shard '%s': leave one out by a glob, rename it, or give --shard-by.", other, file, id));
      }
    }
  }
}
