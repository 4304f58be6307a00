package dev.foresight.spark.store;

import dev.foresight.model.Role;
import dev.foresight.sketch.RoleSketch;
import dev.foresight.sketch.SampledRow;
import dev.foresight.sketch.ShardSample;
import dev.foresight.sketch.SliceId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.util.SerializableConfiguration;

/**
 * The task that folds all slices of one shard into one: the sums in the order of slices, and of the
 * rows those that belong to the shard's sample. Whatever is read of whole shards keeps its bits.
 */
public final class ShardCompactor implements Function<StoredShard, StoredShard> {
  private static final long serialVersionUID = 1L;
  private static final Comparator<SampledRow> BY_PLACE =
      Comparator.comparingLong(SampledRow::sequence).thenComparingInt(SampledRow::position);

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
    List<Map<Role, RoleSketch>> sums = new ArrayList<>();
    List<Map<Role, List<SampledRow>>> rows = new ArrayList<>();
    for (int block = 0; block < fingerprint.blocks(); block++) {
      Map<Role, RoleSketch> folded = new EnumMap<>(Role.class);
      target
          .readSums(shard.slices(), block)
          .forEach((role, fold) -> folded.put(role, fold.shards().get(shard.id())));
      sums.add(folded);
      Map<Role, List<SampledRow>> kept = new EnumMap<>(Role.class);
      target.readRows(shard.slices(), block).forEach((role, all) -> kept.put(role, sample(all)));
      rows.add(kept);
    }
    SliceId id = new SliceId(shard.id(), 0);
    StoredFile sumsFile = target.writeSums(id, sums);
    StoredFile rowsFile = rows.get(0).isEmpty() ? null : target.writeRows(id, rows);
    StoredSlice one =
        new StoredSlice(
            shard.id(), 0, 0, (int) shard.usedSequences(), shard.skipped(), sumsFile, rowsFile);
    return new StoredShard(shard.shard(), shard.sequences(), List.of(one), shard.slices().size());
  }

  private List<SampledRow> sample(List<SampledRow> stored) {
    ShardSample sample = ShardSample.of(stored, fingerprint.sketch().rows());
    return Stream.concat(sample.first().stream(), sample.rest().stream()).sorted(BY_PLACE).toList();
  }
}
