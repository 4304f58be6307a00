package dev.foresight.spark.store;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.foresight.Words;
import dev.foresight.sketch.SliceId;
import java.io.Serializable;
import java.util.List;

/**
 * A slice that has been run, and where its sketches are.
 *
 * @param shard its shard's id
 * @param index 0 for the first of the shard
 * @param firstSequence where it begins in the shard
 * @param sequences how many it was run over, skipped ones not counted
 * @param skipped sequences that it was run without
 * @param sums file of its sums
 * @param rows file of its sampled rows, null where none are kept
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record StoredSlice(
    String shard,
    int index,
    long firstSequence,
    int sequences,
    List<SkippedSequence> skipped,
    StoredFile sums,
    StoredFile rows)
    implements Serializable {
  public StoredSlice {
    skipped = skipped == null ? List.of() : List.copyOf(skipped);
    if (shard == null || shard.isEmpty() || index < 0 || firstSequence < 0 || sequences < 1) {
      throw new IllegalArgumentException(
          Words.format("Slice %d of shard '%s' has %d sequences from %d", index, shard, sequences, firstSequence));
    }
  }

  /** What sums are merged by. */
  public SliceId id() {
    return new SliceId(shard, index);
  }

  /** A slice of version 1, whose files are named by its id alone. */
  StoredSlice inVersionOne() {
    return new StoredSlice(
        shard,
        index,
        firstSequence,
        sequences,
        skipped,
        StoredFile.unchecked(Words.format("sums/%s.%05d.parquet", StoreFiles.slug(shard), index)),
        StoredFile.unchecked(Words.format("rows/%s.%05d.parquet", StoreFiles.slug(shard), index)));
  }
}
