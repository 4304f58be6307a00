package dev.foresight.spark.store;

import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What one run added to a store, or what took the place of other commits: a file of its own that is
 * written once, appears as a whole, and never changes. So runs never overwrite each other's news.
 *
 * @param fingerprint SHA-256 of the store's; a commit of another one is refused
 * @param runtimes versions of onnxruntime that ran the slices
 * @param cpus kinds of CPU that ran them
 * @param replaces names of commits that no longer count
 * @param shards whole shards, by id
 */
public record Commit(
    String fingerprint,
    SortedSet<String> runtimes,
    SortedSet<String> cpus,
    SortedSet<String> replaces,
    List<StoredShard> shards) {
  public Commit {
    if (fingerprint == null
        || runtimes == null
        || cpus == null
        || replaces == null
        || shards == null
        || shards.stream().anyMatch(Objects::isNull)) {
      throw new IllegalArgumentException("A commit lacks its fingerprint, shards or what ran them");
    }
    runtimes = new TreeSet<>(runtimes);
    cpus = new TreeSet<>(cpus);
    replaces = new TreeSet<>(replaces);
    shards = shards.stream().sorted(Comparator.comparing(StoredShard::id)).toList();
  }
}
