package dev.foresight.spark.store;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonAnySetter;
import com.fasterxml.jackson.annotation.JsonInclude;
import dev.foresight.Words;
import dev.foresight.sketch.Rows;
import dev.foresight.sketch.SliceId;
import dev.foresight.sketch.Statistic;
import dev.foresight.sketch.Sums;
import java.io.Serializable;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A slice that has been run, and where its sketches are.
 *
 * @param shard its shard's id
 * @param index 0 for the first of the shard
 * @param firstSequence where it begins in the shard
 * @param sequences how many it was run over, skipped ones not counted
 * @param skipped sequences that it was run without
 * @param files its file of each statistic that it holds, by the statistic's name
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record StoredSlice(
    String shard,
    int index,
    long firstSequence,
    int sequences,
    List<SkippedSequence> skipped,
    @JsonAnyGetter @JsonAnySetter Map<String, StoredFile> files)
    implements Serializable {
  public StoredSlice {
    skipped = skipped == null ? List.of() : List.copyOf(skipped);
    if (shard == null || shard.isEmpty() || index < 0 || firstSequence < 0 || sequences < 1) {
      throw new IllegalArgumentException(
          Words.format(
              "Slice %d of shard '%s' has %d sequences from %d",
              index, shard, sequences, firstSequence));
    }
    files = StoredFile.inOrder(files);
  }

  /** Its file of a statistic, nothing if it holds none. */
  public Optional<StoredFile> file(Statistic<?> statistic) {
    return Optional.ofNullable(files.get(statistic.name()));
  }

  /** The same slice with other files. */
  StoredSlice with(Map<String, StoredFile> others) {
    return new StoredSlice(shard, index, firstSequence, sequences, skipped, others);
  }

  /** What sums are merged by. */
  public SliceId id() {
    return new SliceId(shard, index);
  }

  /** A slice of version 1, whose files are named by its id alone. */
  StoredSlice inVersionOne() {
    Map<String, StoredFile> named = new TreeMap<>();
    for (Statistic<?> statistic : List.of(Sums.SUMS, Rows.ROWS)) { // all that there were
      named.put(
          statistic.name(),
          StoredFile.unchecked(
              Words.format(
                  "%s/%s.%05d.parquet", statistic.name(), StoreFiles.encoded(shard), index)));
    }
    return with(named);
  }
}
