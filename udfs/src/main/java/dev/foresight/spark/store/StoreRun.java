package dev.foresight.spark.store;

import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.onnx.graph.Statistics;
import dev.foresight.sketch.SliceId;
import dev.foresight.spark.io.AtomicFiles;
import dev.foresight.spark.io.FolderKind;
import dev.foresight.spark.io.FolderTree;
import dev.foresight.spark.io.Json;
import dev.foresight.spark.io.TargetFolder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * One run that adds shards to a store, seen from the driver. Several may be at work in one store:
 * each adds a commit of its own, and nothing that another one wrote is touched.
 */
public final class StoreRun implements AutoCloseable {
  private static final String RUNS = AtomicFiles.TEMPORARY + "/runs";
  private static final long LEFTOVER_MILLIS = 7L * 24 * 60 * 60 * 1000;

  private final Configuration conf;
  private final TargetFolder target;
  private final Path root;
  private final StoreFingerprint fingerprint;
  private final SliceRecords records;
  private final String marker = RUNS + "/" + UUID.randomUUID();
  private final boolean created;

  private StoreRun(TargetFolder target, StoreFingerprint fingerprint, boolean created) {
    this.conf = target.conf();
    this.target = target;
    this.root = target.root();
    this.fingerprint = fingerprint;
    this.created = created;
    this.records = new SliceRecords(conf, root, fingerprint.sha256());
  }

  /**
   * Begins a new store, joins one that is there, or takes over from a run that was killed.
   *
   * @param target the store's folder, and whether what is there goes first
   * @param fingerprint what the run will write
   * @throws InputException if the folder holds something else, or a store that does not fit
   */
  public static StoreRun open(TargetFolder target, StoreFingerprint fingerprint)
      throws IOException {
    Configuration conf = target.conf();
    Path root = target.root();
    if (target.overwrite()) {
      target.prepare();
    }
    ManifestReader reader = new ManifestReader(conf, root);
    boolean created = reader.fingerprint().isEmpty();
    if (created) {
      target.begin();
      requireEmpty(target);
      AtomicFiles.writeText(
          conf,
          root,
          ManifestReader.FILE,
          Json.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(fingerprint) + "\n");
    }
    // read again also after writing: another run may have begun the same store meanwhile
    requireSame(reader, fingerprint, root.toString());
    StoreRun run = new StoreRun(target, fingerprint, created);
    run.mark();
    return run;
  }

  private void mark() throws IOException {
    try {
      AtomicFiles.writeText(conf, root, marker, "");
    } catch (IOException e) { // the last run of others left and removed the folder meanwhile
      AtomicFiles.writeText(conf, root, marker, "");
    }
  }

  private static void requireSame(
      ManifestReader reader, StoreFingerprint fingerprint, String location) throws IOException {
    reader
        .fingerprint()
        .orElseThrow(
            () ->
                new InputException(
                    Words.format(
                        "%s/manifest.json went away while a run was at work: run again.",
                        location)))
        .requireSame(fingerprint, location);
  }

  /** Another run may be at work on the very first file, or was killed there. */
  private static void requireEmpty(TargetFolder target) throws IOException {
    for (FolderTree.Entry entry : FolderTree.of(target.root(), target.conf())) {
      if (entry.kind() != FolderTree.Kind.EMPTY_FOLDER
          && !(entry.name().startsWith(AtomicFiles.TEMPORARY + "/")
              && FolderKind.STORE.names(entry.name()))) {
        throw new InputException(
            Words.format(
                "%s holds %s and is no sketch store (no manifest.json): choose another %s.",
                target.root(), entry.name(), target.option()));
      }
    }
  }

  /** What the store is and will be. */
  public StoreFingerprint fingerprint() {
    return fingerprint;
  }

  /** What is committed now. */
  public Manifest manifest() throws IOException {
    return new ManifestReader(conf, root).read();
  }

  /**
   * The shards of the given ones that are still to be run.
   *
   * @throws InputException if the store has a shard of the same name with other text
   */
  public List<PackedShard> missing(List<PackedShard> packed) throws IOException {
    Map<String, StoredShard> there = new TreeMap<>();
    manifest().stored().forEach(shard -> there.put(shard.id(), shard));
    List<PackedShard> missing = new ArrayList<>();
    for (PackedShard shard : packed) {
      StoredShard known = there.get(shard.id());
      if (known == null) {
        missing.add(shard);
      } else if (!known.shard().sha256().equals(shard.sha256())) {
        throw new InputException(
            Words.format(
                "The store %s has a shard %s of other text (%,d sequences, sha256 %.12s; now %,d, %.12s): rename the new one, give the same --sequences-per-shard, or remove the old one by 'foresight sketches remove %s --shards %s'.",
                root,
                shard.id(),
                known.shard().sequences(),
                known.shard().sha256(),
                shard.sequences(),
                shard.sha256(),
                root,
                shard.id()));
      }
    }
    return missing;
  }

  /**
   * Slices that a killed run has finished, by (shard, index). One that lacks a statistic, because
   * the release that ran it did not know it, is run again.
   *
   * @param shardSha256 of the text that they must be of, by shard
   * @param slices wanted
   */
  public Map<SliceId, FinishedSlice> finished(
      Map<String, String> shardSha256, Collection<SliceId> slices) throws IOException {
    Map<SliceId, FinishedSlice> finished = new TreeMap<>();
    Set<String> names = records.list();
    if (names.isEmpty()) {
      return finished;
    }
    Set<String> files = new StoreFiles(conf, root).listTables();
    for (SliceId slice : slices) {
      String sha256 = shardSha256.get(slice.shard());
      if (names.contains(records.name(sha256, slice))) {
        Optional<FinishedSlice> record = records.read(sha256, slice, files);
        record.filter(this::holdsAll).ifPresent(done -> finished.put(slice, done));
      }
    }
    return finished;
  }

  private boolean holdsAll(FinishedSlice finished) {
    return Statistics.kept(fingerprint.sketch()).stream()
        .allMatch(statistic -> finished.slice().file(statistic).isPresent());
  }

  /**
   * Publishes shards, all at once. Those that another run has published meanwhile are left as they
   * are.
   *
   * @param runtimes versions of onnxruntime that ran the slices
   * @param cpus kinds of CPU that ran them
   * @return what the store holds now
   */
  public Manifest commit(
      List<StoredShard> shards, SortedSet<String> runtimes, SortedSet<String> cpus)
      throws IOException {
    requireSame(new ManifestReader(conf, root), fingerprint, root.toString());
    Set<PackedShard> missing =
        new HashSet<>(missing(shards.stream().map(StoredShard::shard).toList()));
    List<StoredShard> fresh = shards.stream().filter(s -> missing.contains(s.shard())).toList();
    requireFiles(fresh);
    if (!fresh.isEmpty()) {
      new CommitLog(conf, root)
          .append(new Commit(fingerprint.sha256(), runtimes, cpus, new TreeSet<>(), fresh));
    }
    if (!target.isFinished()) {
      target.markFinished();
    }
    List<String> done = new ArrayList<>();
    for (StoredShard shard : shards) {
      shard.slices().forEach(s -> done.add(records.name(shard.shard().sha256(), s.id())));
    }
    records.delete(done);
    return manifest();
  }

  private void requireFiles(List<StoredShard> shards) throws IOException {
    Set<String> files = new StoreFiles(conf, root).listTables();
    for (StoredShard shard : shards) {
      for (StoredFile file : shard.files()) {
        if (!files.contains(file.name())) {
          throw new IOException(
              Words.format(
                  "%s of the store %s went away before it was committed: was the shard removed meanwhile? Run again.",
                  file.name(), root));
        }
      }
    }
  }

  /** Takes back a store that this run began and that nobody else is using or has added to. */
  public void refused() throws IOException {
    boolean others =
        new StoreFiles(conf, root).list(RUNS).stream().anyMatch(run -> !run.equals(marker));
    boolean commits = !new StoreFiles(conf, root).list(CommitLog.FOLDER).isEmpty();
    if (created && !others && !commits) {
      target.takeBack();
    }
  }

  /** Leaves the store: forgets this run, and what killed runs left a week ago. */
  @Override
  public void close() throws IOException {
    FileSystem fileSystem = root.getFileSystem(conf);
    fileSystem.delete(new Path(root, marker), false);
    // a folder that is removed while another run makes it is an error there
    boolean alone = new StoreFiles(conf, root).list(RUNS).isEmpty();
    sweep(fileSystem, new Path(root, AtomicFiles.TEMPORARY), System.currentTimeMillis(), alone);
  }

  private static void sweep(FileSystem fileSystem, Path folder, long now, boolean alone)
      throws IOException {
    for (FileStatus status : StoreFiles.statuses(fileSystem, folder)) {
      if (status.isDirectory()) {
        sweep(fileSystem, status.getPath(), now, alone);
      } else if (status.getModificationTime() < now - LEFTOVER_MILLIS) {
        fileSystem.delete(status.getPath(), false);
      }
    }
    if (alone && StoreFiles.statuses(fileSystem, folder).length == 0) {
      fileSystem.delete(folder, false); // refused by the file system if another run was faster
    }
  }
}
