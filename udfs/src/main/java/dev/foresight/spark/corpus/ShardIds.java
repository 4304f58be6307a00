package dev.foresight.spark.corpus;

import dev.foresight.Hashing;
import dev.foresight.Words;
import java.io.Serializable;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.Path;

/**
 * Gives each document its shard's id.
 *
 * @param by the rule
 * @param root the folder that file names are relative to
 * @param fromPath whether a column's value stands in the path, as {@code name=value}
 */
record ShardIds(ShardBy by, String root, boolean fromPath) implements Serializable {
  private static final long serialVersionUID = 1L;
  private static final Pattern SUFFIXES =
      Pattern.compile("(\\.(jsonl|json|ndjson|parquet|orc|txt))?(\\.(gz|zst|bz2|lz4|snappy))?$");
  private static final long PARTITION_SEED = 0x666f726573696768L; // not the one that orders

  /**
   * @param file the document's, as a URI, null in a table
   * @param value of the column that names shards, null where there is none
   * @param text null in a document without text
   * @return the id, empty where the column has no value
   */
  Optional<String> of(String file, String value, String text) {
    if (by instanceof ShardBy.Partition partition) {
      // a document without text is only counted, and any shard can count it
      long hash = text == null ? 0 : Hashing.xxHash64(PARTITION_SEED, text);
      int width = Integer.toString(partition.count() - 1).length();
      return Optional.of(
          Words.format(Words.format("part-%%0%dd-of-%%d", width), Math.floorMod(hash, partition.count()), partition.count()));
    }
    if (by instanceof ShardBy.Column column) {
      return fromPath
          ? folderValue(column.name(), file)
          : Optional.ofNullable(value).filter(v -> !v.isEmpty());
    }
    return Optional.of(shardOf(root, file));
  }

  /** The value of a {@code name=value} folder in a path, with Hive's escapes undone. */
  static Optional<String> folderValue(String name, String file) {
    Matcher folder = Pattern.compile("/" + Pattern.quote(name) + "=([^/]+)/").matcher(path(file));
    return folder.find()
        ? Optional.of(
            URLDecoder.decode(folder.group(1).replace("+", "%2B"), StandardCharsets.UTF_8))
        : Optional.empty();
  }

  static String shardOf(String root, String file) {
    String path = path(file);
    int at = root.isEmpty() ? -1 : path.indexOf(root + "/");
    String relative = at < 0 ? new Path(path).getName() : path.substring(at + root.length() + 1);
    return SUFFIXES.matcher(relative).replaceFirst("");
  }

  private static String path(String file) {
    return new Path(URI.create(file)).toUri().getPath();
  }
}
