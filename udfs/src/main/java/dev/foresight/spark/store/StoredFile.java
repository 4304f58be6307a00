package dev.foresight.spark.store;

import dev.foresight.Words;
import dev.foresight.onnx.graph.Statistics;
import dev.foresight.sketch.Statistic;
import java.io.Serializable;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * A file of a store as its commit names it. Its name holds the beginning of its own checksum, so a
 * name never stands for two contents, and writing a file again is harmless.
 *
 * @param name relative to the store, with forward slashes
 * @param bytes its length, -1 in stores of version 1
 * @param sha256 of its bytes, null in stores of version 1, which kept none
 */
public record StoredFile(String name, long bytes, String sha256) implements Serializable {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9*%+_.-]{1,1000}\\.parquet");

  private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

  /** A commit may come from anybody, and what it names is read, copied and deleted. */
  public StoredFile {
    if (name == null || !isInATable(name)) {
      throw new IllegalArgumentException(Words.format("'%s' is no file of a store", name));
    }
    if (sha256 != null && !SHA256.matcher(sha256).matches() || bytes < -1) {
      throw new IllegalArgumentException(
          Words.format("%s has %d bytes of SHA-256 %s", name, bytes, sha256));
    }
  }

  private static boolean isInATable(String name) {
    int slash = name.indexOf('/');
    String table = name.substring(0, Math.max(slash, 0));
    boolean known =
        table.equals(StoreFiles.SEQUENCES)
            || Statistics.all().stream().anyMatch(s -> s.name().equals(table));
    return known && NAME.matcher(name.substring(slash + 1)).matches();
  }

  /** The folder that it is in: a statistic, or the token ids. */
  String table() {
    return name.substring(0, name.indexOf('/'));
  }

  /** Statistics in their order; an enum, so that it travels with its maps. */
  private enum Order implements Comparator<String> {
    OF_STATISTICS;

    @Override
    public int compare(String one, String other) {
      List<String> names = Statistics.all().stream().map(Statistic::name).toList();
      int order = Integer.compare(names.indexOf(one), names.indexOf(other));
      return order != 0 ? order : one.compareTo(other);
    }
  }

  /**
   * Files by the names of their statistics, in the order in which commits name them.
   *
   * @param files null for none
   * @throws IllegalArgumentException if a file is in the folder of something else
   */
  static Map<String, StoredFile> inOrder(Map<String, StoredFile> files) {
    TreeMap<String, StoredFile> ordered = new TreeMap<>(Order.OF_STATISTICS);
    if (files != null) {
      ordered.putAll(files);
    }
    ordered.forEach(
        (statistic, file) -> {
          if (file == null || !file.table().equals(statistic)) {
            throw new IllegalArgumentException(
                Words.format(
                    "'%s' is named as the %s", file == null ? "" : file.name(), statistic));
          }
        });
    return Collections.unmodifiableSortedMap(ordered);
  }

  /** A file of which only the name is known. */
  static StoredFile unchecked(String name) {
    return new StoredFile(name, -1, null);
  }
}
