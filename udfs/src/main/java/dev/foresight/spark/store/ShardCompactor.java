package dev.foresight.spark.store;

import dev.foresight.onnx.graph.Statistics;
import dev.foresight.sketch.Statistic;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.util.SerializableConfiguration;

/**
 * The task that folds all slices of one shard into one, statistic by statistic, in the order of
 * slices: {@link Statistic#merge}. Whatever is read of whole shards keeps its bits.
 */
public final class ShardCompactor implements Function<StoredShard, StoredShard> {
  private static final long serialVersionUID = 1L;

  private final String store;
  private final SerializableConfiguration conf;

  /** In this store. */
  public ShardCompactor(String store, SerializableConfiguration conf) {
    this.store = store;
    this.conf = conf;
  }

  @Override
  public StoredShard call(StoredShard shard) throws IOException {
    SketchStore target = new SketchStore(conf.value(), store);
    Map<String, StoredFile> files = new TreeMap<>();
    for (String name : shard.slices().get(0).files().keySet()) {
      target.fold(Statistics.named(name), shard).ifPresent(file -> files.put(name, file));
    }
    StoredSlice one =
        new StoredSlice(shard.id(), 0, 0, (int) shard.usedSequences(), shard.skipped(), files);
    return new StoredShard(
        shard.shard(), shard.sequences(), List.of(one), shard.slices().size(), shard.folded());
  }
}
