package dev.foresight.spark.corpus;

import dev.foresight.InputException;
import dev.foresight.Words;
import java.io.Serializable;

/** What tells the shards of a corpus apart. */
public sealed interface ShardBy extends Serializable {
  /** Each file is a shard; its id is the path below the corpus root, without suffix. */
  record File() implements ShardBy {
    private static final long serialVersionUID = 1L;
  }

  /**
   * Documents with the same value are a shard, and the value is its id.
   *
   * @param name a column or key, or of files that all lie below {@code name=value} folders that
   *     name
   */
  record Column(String name) implements ShardBy {
    private static final long serialVersionUID = 1L;
  }

  /**
   * A document's text decides, by its hash: shards of nearly equal size, each an unbiased sample.
   *
   * @param count how many shards
   */
  record Partition(int count) implements ShardBy {
    private static final long serialVersionUID = 1L;

    private static final int MAX = 100_000;

    public Partition {
      if (count < 1 || count > MAX) {
        throw new InputException(
            Words.format("--shard-by partition:%d: choose 1 to %,d shards.", count, MAX));
      }
    }
  }

  /**
   * @param text {@code file}, {@code column:NAME} or {@code partition:N}
   * @throws InputException for anything else
   */
  static ShardBy parse(String text) {
    if (text.equals("file")) {
      return new File();
    }
    if (text.matches("column:.+")) {
      return new Column(text.substring("column:".length()));
    }
    if (text.matches("partition:\\d{1,9}")) {
      return new Partition(Integer.parseInt(text.substring("partition:".length())));
    }
    throw new InputException(
        Words.format("--shard-by '%s': give file, column:NAME or partition:N.", text));
  }
}
