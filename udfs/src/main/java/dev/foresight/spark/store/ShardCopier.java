package dev.foresight.spark.store;

import java.io.IOException;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.util.SerializableConfiguration;

/** The task that copies one shard from store to store, checking every byte on the way. */
public final class ShardCopier implements Function<StoredShard, StoredShard> {
  private static final long serialVersionUID = 1L;

  private final String from;
  private final String to;
  private final SerializableConfiguration conf;

  /** From folder to folder. */
  public ShardCopier(String from, String to, SerializableConfiguration conf) {
    this.from = from;
    this.to = to;
    this.conf = conf;
  }

  @Override
  public StoredShard call(StoredShard shard) throws IOException {
    return new SketchStore(conf.value(), to).copy(new SketchStore(conf.value(), from), shard);
  }
}
