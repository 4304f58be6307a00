package dev.foresight.spark.store;

import dev.foresight.sketch.SliceId;
import dev.foresight.sketch.Statistic;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
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
  private final StoreFingerprint fingerprint;
  private final SerializableConfiguration conf;

  /** In this store. */
  public ShardCompactor(
      String store, StoreFingerprint fingerprint, SerializableConfiguration conf) {
    this.store = store;
    this.fingerprint = fingerprint;
    this.conf = conf;
  }

  @Override
  public StoredShard call(StoredShard shard) throws IOException {
    SketchStore target = new SketchStore(conf.value(), store);
    SortedMap<String, StoredFile> files = new TreeMap<>();
    for (Statistic<?> statistic : shard.statistics()) {
      fold(target, statistic, shard).ifPresent(file -> files.put(statistic.name(), file));
    }
    StoredSlice one =
        new StoredSlice(shard.id(), 0, 0, (int) shard.usedSequences(), shard.skipped(), files);
    return new StoredShard(shard.shard(), shard.sequences(), List.of(one), shard.slices().size());
  }

  private <S> Optional<StoredFile> fold(
      SketchStore target, Statistic<S> statistic, StoredShard shard) throws IOException {
    List<Map<String, S>> blocks = new ArrayList<>();
    for (int block = 0; block < fingerprint.blocks(); block++) {
      Map<String, S> folded = new LinkedHashMap<>();
      target
          .read(statistic, shard.slices(), block)
          .forEach(
              (place, states) ->
                  folded.put(
                      place,
                      statistic.merge(List.copyOf(states.values()), fingerprint.sketch())));
      blocks.add(folded);
    }
    return target.write(statistic, new SliceId(shard.id(), 0), blocks);
  }
}
