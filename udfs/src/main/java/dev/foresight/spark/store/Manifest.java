package dev.foresight.spark.store;

import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.onnx.graph.Statistics;
import dev.foresight.sketch.SketchSettings;
import dev.foresight.sketch.Statistic;
import dev.foresight.spark.io.ModelFingerprint;
import dev.foresight.text.PackingSettings;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What a sketch store holds at the moment it is read: its fingerprint, and the shards of all
 * commits. Nothing in it depends on when or where jobs ran, but for {@code cpus}.
 *
 * @param fingerprint whose sketches these are and how they were made
 * @param runtimes versions of onnxruntime that ran the blocks
 * @param cpus kinds of CPU that ran slices; more than one may differ in the last bits
 * @param stored shards by id
 */
public record Manifest(
    StoreFingerprint fingerprint,
    SortedSet<String> runtimes,
    SortedSet<String> cpus,
    List<StoredShard> stored) {
  public Manifest {
    runtimes = new TreeSet<>(runtimes);
    cpus = new TreeSet<>(cpus);
    stored = stored.stream().sorted(Comparator.comparing(StoredShard::id)).toList();
  }

  /** Whose activations these are. */
  public ModelFingerprint model() {
    return fingerprint.model();
  }

  /** Blocks of the model. */
  public int blocks() {
    return fingerprint.blocks();
  }

  /** How text became sequences. */
  public PackingSettings packing() {
    return fingerprint.packing();
  }

  /** What a slice is and keeps. */
  public SketchSettings sketch() {
    return fingerprint.sketch();
  }

  /** The statistics that every shard holds. */
  public List<Statistic<?>> statistics() {
    return Statistics.all().stream()
        .filter(s -> stored.stream().allMatch(shard -> shard.statistics().contains(s)))
        .toList();
  }

  /** What became of each shard's documents. */
  public List<PackedShard> shards() {
    return stored.stream().map(StoredShard::shard).toList();
  }

  /** The files of token ids, by shard; shards that keep none are left out. */
  public Map<String, StoredFile> texts() {
    Map<String, StoredFile> texts = new TreeMap<>();
    stored.stream()
        .filter(shard -> shard.sequences() != null)
        .forEach(shard -> texts.put(shard.id(), shard.sequences()));
    return texts;
  }

  /** All slices in order. */
  public List<StoredSlice> slices() {
    return stored.stream().flatMap(shard -> shard.slices().stream()).toList();
  }

  /** T of a shard as (position 0, rest). */
  public long[] tokensOf(String shard) {
    long sequences =
        stored.stream()
            .filter(s -> s.id().equals(shard))
            .mapToLong(StoredShard::usedSequences)
            .sum();
    return new long[] {sequences, sequences * (packing().sequenceLength() - 1)};
  }

  /**
   * The shards of some names.
   *
   * @param parts ids, or what stands between the commas in them; none for all
   * @param store the folder, for the message
   * @throws InputException if there is no shard of a name
   */
  public List<StoredShard> choose(Collection<String> parts, String store) {
    List<String> names = ShardNames.of(parts, stored.stream().map(StoredShard::id).toList());
    TreeSet<String> missing = new TreeSet<>(names);
    stored.forEach(shard -> missing.remove(shard.id()));
    if (!missing.isEmpty()) {
      throw new InputException(
          Words.format(
              "--shards: %s has no shard '%s'; it has %s.",
              store,
              missing.first(),
              stored.stream().map(StoredShard::id).collect(Collectors.joining(", "))));
    }
    return stored.stream().filter(s -> names.isEmpty() || names.contains(s.id())).toList();
  }
}
