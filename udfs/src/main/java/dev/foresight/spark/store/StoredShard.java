package dev.foresight.spark.store;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.foresight.onnx.graph.Statistics;
import dev.foresight.sketch.Statistic;
import dev.foresight.sketch.Sums;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

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
      if (!slice.shard().equals(shard.id())
          || slice.index() <= index
          || slice.file(Sums.SUMS).isEmpty()) {
        throw new IllegalArgumentException(
            "Slice %d of shard '%s' stands twice, in another shard or without sums"
                .formatted(slice.index(), shard.id()));
      }
      if (!slice.files().keySet().equals(slices.get(0).files().keySet())) {
        throw new IllegalArgumentException(
            "Slice %d of shard '%s' holds %s, the first one %s"
                .formatted(
                    slice.index(),
                    shard.id(),
                    slice.files().keySet(),
                    slices.get(0).files().keySet()));
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

  /** The statistics that it holds: the same for all of its slices. */
  public List<Statistic<?>> statistics() {
    return Statistics.all().stream()
        .<Statistic<?>>filter(s -> slices.stream().allMatch(slice -> slice.file(s).isPresent()))
        .toList();
  }

  /** Every file of it. */
  public List<StoredFile> files() {
    List<StoredFile> files = new ArrayList<>();
    if (sequences != null) {
      files.add(sequences);
    }
    slices.forEach(slice -> files.addAll(slice.files().values()));
    return files;
  }

  /** Sequences left out, with where they went wrong. */
  public List<SkippedSequence> skipped() {
    return slices.stream().flatMap(slice -> slice.skipped().stream()).toList();
  }
}
