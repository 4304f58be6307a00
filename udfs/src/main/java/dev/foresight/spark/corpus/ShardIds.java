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
      Pattern.compile("(\\.(jsonl|json|ndjson|parquet|orc|txt))?(\\.(gz|zst|bz2|lz4|snappy))?\\z");
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
      String number = Long.toString(Math.floorMod(hash, (long) partition.count()));
      return Optional.of(
          "part-" + "0".repeat(width - number.length()) + number + "-of-" + partition.count());
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
    return folder.find() ? Optional.of(unescaped(folder.group(1))) : Optional.empty();
  }

  private static String unescaped(String value) {
    try {
      return URLDecoder.decode(value.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return value; // its percent signs are no escapes
    }
  }

  static String shardOf(String root, String file) {
    String path = path(file);
    String folder = root.endsWith("/") ? root : root + "/";
    if (!path.startsWith(folder)) {
      throw new IllegalStateException(Words.format("%s does not lie in %s", file, root));
    }
    String relative = path.substring(folder.length());
    return SUFFIXES.matcher(relative).replaceFirst("");
  }

  private static String path(String file) {
    return new Path(URI.create(file)).toUri().getPath();
  }
}
