package dev.foresight.spark.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.sketch.SliceId;
import dev.foresight.spark.io.AtomicFiles;
import dev.foresight.spark.io.Json;
import java.io.IOException;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * What a run that is not committed yet has finished: a small file a slice under {@code
 * _temporary/}, written after the slice's Parquet files. A later run with the same fingerprint and
 * the same text takes the slice from it and does not run it again.
 */
final class SliceRecords {
  private final Configuration conf;
  private final Path root;
  private final String folder;

  SliceRecords(Configuration conf, Path root, String fingerprint) {
    this.conf = conf;
    this.root = root;
    this.folder = Words.format("%s/slices/%.16s", AtomicFiles.TEMPORARY, fingerprint);
  }

  void write(String shardSha256, FinishedSlice finished) throws IOException {
    AtomicFiles.writeText(
        conf,
        root,
        name(shardSha256, finished.slice().id()),
        Json.MAPPER.writeValueAsString(finished));
  }

  /** Names of all records. */
  Set<String> list() throws IOException {
    return new StoreFiles(conf, root).list(folder);
  }

  /** A slice's record, if it is whole and its files are still there. */
  Optional<FinishedSlice> read(String shardSha256, SliceId slice, Set<String> files)
      throws IOException {
    Path path = new Path(root, name(shardSha256, slice));
    FinishedSlice finished;
    try {
      finished =
          StoreJson.value(
              StoreJson.object(path.toString(), StoreJson.bytes(conf, path)), FinishedSlice.class);
    } catch (JsonProcessingException | InputException e) {
      return Optional.empty(); // half a record on a file system that shows such: run the slice
    }
    StoredSlice done = finished.slice();
    boolean there =
        done.id().equals(slice)
            && done.files().values().stream().allMatch(file -> files.contains(file.name()));
    return there ? Optional.of(finished) : Optional.empty();
  }

  String name(String shardSha256, SliceId slice) {
    return Words.format(
        "%s/%s.%.16s.%05d.json",
        folder, StoreFiles.slug(slice.shard()), shardSha256, slice.index());
  }

  /** Forgets records whose slices are committed. */
  void delete(Collection<String> names) throws IOException {
    for (String name : new TreeSet<>(names)) {
      fileSystem().delete(new Path(root, name), false);
    }
  }

  private FileSystem fileSystem() throws IOException {
    return root.getFileSystem(conf);
  }
}
