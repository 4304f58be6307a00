package dev.foresight.spark.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.foresight.InputException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/** Reads what a store says of itself, in both versions. */
final class ManifestReader {
  static final String FILE = "manifest.json";

  private final Configuration conf;
  private final Path root;

  ManifestReader(Configuration conf, Path root) {
    this.conf = conf;
    this.root = root;
  }

  /**
   * @throws InputException if there is no manifest, or it or a commit is damaged
   */
  Manifest read() throws IOException {
    JsonNode tree =
        tree()
            .orElseThrow(
                () ->
                    new InputException(
                        "%s has no %s: name the folder of a sketch store.".formatted(root, FILE)));
    StoreFingerprint fingerprint = fingerprint(tree);
    return fingerprint.version() == 1 ? versionOne(tree, fingerprint) : committed(fingerprint);
  }

  /** Whose sketches the store holds, if it has a manifest yet. */
  Optional<StoreFingerprint> fingerprint() throws IOException {
    Optional<JsonNode> tree = tree();
    return tree.isEmpty() ? Optional.empty() : Optional.of(fingerprint(tree.get()));
  }

  private Optional<JsonNode> tree() throws IOException {
    byte[] text;
    try {
      text = StoreJson.bytes(conf, new Path(root, FILE));
    } catch (FileNotFoundException e) {
      return Optional.empty();
    }
    return Optional.of(StoreJson.object(root + "/" + FILE, text));
  }

  private StoreFingerprint fingerprint(JsonNode tree) {
    StoreFingerprint.requireVersion(tree, root + "/" + FILE);
    ObjectNode only = tree.deepCopy();
    only.remove(List.of("onnxruntime", "cpus", "shards", "slices")); // of version 1
    try {
      return StoreJson.value(only, StoreFingerprint.class);
    } catch (JsonProcessingException e) {
      throw damaged(e);
    }
  }

  private InputException damaged(Exception e) {
    String what =
        e instanceof JsonProcessingException json ? json.getOriginalMessage() : e.getMessage();
    return new InputException(
        "%s/%s is damaged: %s. Restore it, or calibrate again.".formatted(root, FILE, what), e);
  }

  private Manifest committed(StoreFingerprint fingerprint) throws IOException {
    TreeSet<String> runtimes = new TreeSet<>();
    TreeSet<String> cpus = new TreeSet<>();
    Map<String, StoredShard> shards = new TreeMap<>();
    for (Map.Entry<String, Commit> entry :
        new CommitLog(conf, root).read(fingerprint.sha256()).entrySet()) {
      Commit commit = entry.getValue();
      runtimes.addAll(commit.runtimes());
      cpus.addAll(commit.cpus());
      for (StoredShard shard : commit.shards()) {
        StoredShard known = shards.putIfAbsent(shard.id(), shard);
        if (known != null && !known.shard().sha256().equals(shard.shard().sha256())) {
          throw new InputException(
              "The store %s has the shard %s twice, with different text: two runs added it at the same moment. Delete one of its commits, for example %s, and calibrate what else that one held again."
                  .formatted(root, shard.id(), entry.getKey()));
        }
      }
    }
    return new Manifest(fingerprint, runtimes, cpus, List.copyOf(shards.values()));
  }

  private static <T> List<T> list(JsonNode array, Class<T> type) throws JsonProcessingException {
    List<T> values = new ArrayList<>();
    for (JsonNode node : array) {
      if (node.isNull()) {
        throw new IllegalArgumentException("null stands for a " + type.getSimpleName());
      }
      values.add(StoreJson.value(node, type));
    }
    return values;
  }

  /** Version 1: one manifest holds everything, and files are named by their slice alone. */
  private Manifest versionOne(JsonNode tree, StoreFingerprint fingerprint) {
    try {
      List<PackedShard> packed = list(tree.path("shards"), PackedShard.class);
      List<StoredSlice> slices = list(tree.path("slices"), StoredSlice.class);
      List<String> cpus = list(tree.path("cpus"), String.class);
      List<StoredShard> shards = new ArrayList<>();
      for (PackedShard shard : packed) {
        shards.add(
            new StoredShard(
                shard,
                StoredFile.unchecked(
                    "sequences/%s.parquet".formatted(StoreFiles.encoded(shard.id()))),
                slices.stream()
                    .filter(slice -> slice.shard().equals(shard.id()))
                    .map(StoredSlice::inVersionOne)
                    .toList(),
                0));
      }
      return new Manifest(
          fingerprint,
          new TreeSet<>(Set.of(tree.path("onnxruntime").asText())),
          new TreeSet<>(cpus),
          shards);
    } catch (JsonProcessingException | IllegalArgumentException e) {
      throw damaged(e);
    }
  }
}
