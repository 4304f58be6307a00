package dev.foresight.spark.store;

import dev.foresight.onnx.graph.Statistics;
import dev.foresight.sketch.Granularity;
import dev.foresight.sketch.Statistic;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.util.SerializableConfiguration;

/**
 * The task that merges, before a shard is committed, what its slices hold of statistics that are
 * kept a shard.
 */
public final class ShardFolder implements Function<StoredShard, StoredShard> {
  private static final long serialVersionUID = 1L;

  private final String store;
  private final SerializableConfiguration conf;

  /** In this store. */
  public ShardFolder(String store, SerializableConfiguration conf) {
    this.store = store;
    this.conf = conf;
  }

  @Override
  public StoredShard call(StoredShard shard) throws IOException {
    return fold(
        new SketchStore(conf.value(), store),
        shard,
        Statistics.all().stream().filter(s -> s.granularity() == Granularity.SHARD).toList());
  }

  /** The shard with one file of each of these statistics in place of one a slice. */
  static StoredShard fold(SketchStore target, StoredShard shard, List<Statistic<?>> statistics)
      throws IOException {
    Map<String, StoredFile> folded = new TreeMap<>(shard.folded());
    for (Statistic<?> statistic : statistics) {
      if (shard.slices().get(0).file(statistic).isPresent()) {
        target.fold(statistic, shard).ifPresent(file -> folded.put(statistic.name(), file));
      }
    }
    List<StoredSlice> slices = new ArrayList<>();
    for (StoredSlice slice : shard.slices()) {
      Map<String, StoredFile> left = new TreeMap<>(slice.files());
      left.keySet().removeAll(folded.keySet());
      slices.add(slice.with(left));
    }
    return new StoredShard(
        shard.shard(), shard.sequences(), slices, shard.compactedSlices(), folded);
  }
}
