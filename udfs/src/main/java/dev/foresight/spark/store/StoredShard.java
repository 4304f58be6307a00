package dev.foresight.spark.store;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonAnySetter;
import com.fasterxml.jackson.annotation.JsonInclude;
import dev.foresight.Words;
import dev.foresight.onnx.graph.Statistics;
import dev.foresight.sketch.Statistic;
import dev.foresight.sketch.Sums;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A shard with everything a store holds of it: it is there whole or not at all.
 *
 * @param shard what became of its documents
 * @param sequences file of its token ids, null where none are kept
 * @param slices in order; one that covers all of them if the shard is compacted
 * @param compactedSlices how many slices were folded into that one, 0 if it is not compacted
 * @param folded its file of each statistic that is kept a shard, by the statistic's name
 */
@JsonInclude(JsonInclude.Include.NON_DEFAULT)
public record StoredShard(
    PackedShard shard,
    StoredFile sequences,
    List<StoredSlice> slices,
    int compactedSlices,
    @JsonAnyGetter @JsonAnySetter Map<String, StoredFile> folded)
    implements Serializable {
  /** Nothing that is kept a shard. */
  public StoredShard(
      PackedShard shard, StoredFile sequences, List<StoredSlice> slices, int compactedSlices) {
    this(shard, sequences, slices, compactedSlices, Map.of());
  }

  public StoredShard {
    slices = List.copyOf(slices);
    folded = StoredFile.inOrder(folded);
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
            Words.format(
                "Slice %d of shard '%s' stands twice, in another shard or without sums",
                slice.index(), shard.id()));
      }
      if (!slice.files().keySet().equals(slices.get(0).files().keySet())) {
        throw new IllegalArgumentException(
            Words.format(
                "Slice %d of shard '%s' holds %s, the first one %s",
                slice.index(), shard.id(), slice.files().keySet(), slices.get(0).files().keySet()));
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

  /** The whole shard as one slice, with what is kept a shard. */
  public StoredSlice whole() {
    return new StoredSlice(id(), 0, 0, (int) usedSequences(), skipped(), folded);
  }

  /** The statistics that it holds. */
  public List<Statistic<?>> statistics() {
    return Statistics.all().stream()
        .filter(
            s ->
                folded.containsKey(s.name())
                    || slices.stream().allMatch(slice -> slice.file(s).isPresent()))
        .toList();
  }

  /** Every file of it. */
  public List<StoredFile> files() {
    List<StoredFile> files = new ArrayList<>();
    if (sequences != null) {
      files.add(sequences);
    }
    slices.forEach(slice -> files.addAll(slice.files().values()));
    files.addAll(folded.values());
    return files;
  }

  /** Sequences left out, with where they went wrong. */
  public List<SkippedSequence> skipped() {
    return slices.stream().flatMap(slice -> slice.skipped().stream()).toList();
  }
}
