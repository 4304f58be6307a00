package dev.foresight.spark.store;

import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.spark.io.FolderKind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * A change to shards that are committed. It is one new commit in place of all that were read, so a
 * reader sees the store before or after it; files that nothing names any more are deleted last, so
 * a reader that is at work meanwhile may miss some and says which.
 */
public final class StoreEdit {
  private static final long GRACE_MILLIS = 24L * 60 * 60 * 1000;

  private final Configuration conf;
  private final Path root;
  private final Manifest manifest;
  private final SortedMap<String, Commit> commits;

  private StoreEdit(
      Configuration conf, Path root, Manifest manifest, SortedMap<String, Commit> commits) {
    this.conf = conf;
    this.root = root;
    this.manifest = manifest;
    this.commits = commits;
  }

  /**
   * Reads what is there now.
   *
   * @throws InputException if the folder is no finished store, or one of version 1
   */
  public static StoreEdit of(SketchStore store, Configuration conf) throws IOException {
    Manifest manifest = store.manifest();
    if (manifest.fingerprint().version() != StoreFingerprint.VERSION) {
      throw new InputException(
          Words.format(
              "The store %s is of version %d, which is read but not changed: bring it to version %d by 'foresight sketches copy %s NEW'.",
              store.root(),
              manifest.fingerprint().version(),
              StoreFingerprint.VERSION,
              store.root()));
    }
    return new StoreEdit(
        conf,
        store.root(),
        manifest,
        new CommitLog(conf, store.root()).read(manifest.fingerprint().sha256()));
  }

  /** What is there before the change. */
  public Manifest manifest() {
    return manifest;
  }

  /**
   * Makes the change.
   *
   * @param removed ids of shards to leave out
   * @param changed shards that take the place of those with their ids
   * @throws InputException if nothing would be left, or another run changed the store meanwhile
   */
  public void apply(Set<String> removed, List<StoredShard> changed) throws IOException {
    Map<String, StoredShard> shards = new TreeMap<>();
    manifest.stored().forEach(shard -> shards.put(shard.id(), shard));
    changed.forEach(shard -> shards.put(shard.id(), shard));
    shards.keySet().removeAll(removed);
    if (shards.isEmpty()) {
      throw new InputException(
          Words.format("--shards: these are all shards of %s: delete the folder instead.", root));
    }
    CommitLog log = new CommitLog(conf, root);
    String fingerprint = manifest.fingerprint().sha256();
    if (!log.read(fingerprint).keySet().containsAll(commits.keySet())) {
      throw new InputException(
          Words.format(
              "Another run removed or compacted shards of %s meanwhile: run again.", root));
    }
    log.append(
        new Commit(
            fingerprint,
            manifest.runtimes(),
            manifest.cpus(),
            new TreeSet<>(commits.keySet()),
            List.copyOf(shards.values())));
    Set<String> dropped = new HashSet<>();
    commits.values().forEach(commit -> commit.shards().forEach(s -> addNames(s, dropped)));
    log.delete(commits.keySet());
    delete(dropped, log.read(fingerprint));
  }

  private static void addNames(StoredShard shard, Set<String> names) {
    shard.files().forEach(file -> names.add(file.name()));
  }

  private void delete(Set<String> dropped, SortedMap<String, Commit> left) throws IOException {
    left.values().forEach(commit -> commit.shards().forEach(s -> removeNames(s, dropped)));
    for (String name : dropped) {
      root.getFileSystem(conf).delete(new Path(root, name), false);
    }
  }

  private static void removeNames(StoredShard shard, Set<String> names) {
    shard.files().forEach(file -> names.remove(file.name()));
  }

  /**
   * Deletes Parquet files named by us that no commit names and that are older than a day: what
   * killed or refused runs left.
   *
   * @return how many
   */
  public int deleteOrphans() throws IOException {
    Set<String> named = new HashSet<>();
    new CommitLog(conf, root)
        .read(manifest.fingerprint().sha256())
        .values()
        .forEach(commit -> commit.shards().forEach(shard -> addNames(shard, named)));
    FileSystem fileSystem = root.getFileSystem(conf);
    long before = System.currentTimeMillis() - GRACE_MILLIS;
    List<Path> orphans = new ArrayList<>();
    for (String name : new StoreFiles(conf, root).listTables()) {
      FileStatus status = fileSystem.getFileStatus(new Path(root, name));
      if (!named.contains(name)
          && FolderKind.STORE.names(name)
          && status.getModificationTime() < before) {
        orphans.add(status.getPath());
      }
    }
    for (Path orphan : orphans) {
      fileSystem.delete(orphan, false);
    }
    return orphans.size();
  }
}
