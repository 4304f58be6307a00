package dev.foresight.spark.store;

import dev.foresight.evaluate.TokenRuns;
import java.io.IOException;
import java.util.Set;
import java.util.TreeSet;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;

/** The task that looks for runs of tokens in the sequences of one shard. */
public final class OverlapScan implements Function<StoredShard, Set<Long>> {
  private static final long serialVersionUID = 1L;
  private static final int SEQUENCES_AT_ONCE = 256;

  private final String store;
  private final Broadcast<Set<Long>> wanted;
  private final SerializableConfiguration conf;

  /**
   * @param store folder of the sketch store
   * @param wanted hashes of runs, {@link TokenRuns#aligned}
   */
  public OverlapScan(String store, Broadcast<Set<Long>> wanted, SerializableConfiguration conf) {
    this.store = store;
    this.wanted = wanted;
    this.conf = conf;
  }

  /** Those that the shard, which keeps its token ids, holds. */
  @Override
  public Set<Long> call(StoredShard shard) throws IOException {
    SketchStore sketches = new SketchStore(conf.value(), store);
    Set<Long> found = new TreeSet<>();
    long all = shard.shard().sequences();
    for (long first = 0; first < all; first += SEQUENCES_AT_ONCE) {
      int count = (int) Math.min(SEQUENCES_AT_ONCE, all - first);
      for (int[] tokens : sketches.readSequences(shard.id(), shard.sequences(), first, count)) {
        TokenRuns.find(tokens, wanted.value(), found);
      }
    }
    return found;
  }
}
