package dev.foresight.spark.store;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.foresight.Words;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A shard with everything a store holds of it: it is there whole or not at all.
 *
 * @param shard what became of its documents
 * @param sequences file of its token ids, null where none are kept
 * @param slices in order; one that covers all of them if the shard is compacted
 * @param compactedSlices how many slices were folded into that one, 0 if it is not compacted
 */
@JsonInclude(JsonInclude.Include.NON_DEFAULT)
public record StoredShard(
    PackedShard shard, StoredFile sequences, List<StoredSlice> slices, int compactedSlices)
    implements Serializable {
  public StoredShard {
    slices = List.copyOf(slices);
    if (shard == null || compactedSlices < 0) {
      throw new IllegalArgumentException(
          "A shard lacks its text, or was compacted from less than nothing");
    }
    int index = -1;
    for (StoredSlice slice : slices) {
      if (!slice.shard().equals(shard.id()) || slice.index() <= index || slice.sums() == null) {
        throw new IllegalArgumentException(
            Words.format("Slice %d of shard '%s' stands twice, in another shard or without sums", slice.index(), shard.id()));
      }
      index = slice.index();
    }
  }

  /** The shard's id. */
  public String id() {
    return shard.id();
  }

  /** Sequences that were run: those of the shard, less the skipped ones. */
  public long usedSequences() {
    return slices.stream().mapToLong(StoredSlice::sequences).sum();
  }

  /** Every file of it. */
  public List<StoredFile> files() {
    List<StoredFile> files = new ArrayList<>();
    Stream.concat(
            Stream.of(sequences == null ? List.<StoredFile>of() : List.of(sequences)),
            slices.stream()
                .map(s -> s.rows() == null ? List.of(s.sums()) : List.of(s.sums(), s.rows())))
        .forEach(files::addAll);
    return files;
  }

  /** Sequences left out, with where they went wrong. */
  public List<SkippedSequence> skipped() {
    return slices.stream().flatMap(slice -> slice.skipped().stream()).toList();
  }
}
