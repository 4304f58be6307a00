package dev.foresight.spark.calibrate;

import dev.foresight.sketch.SketchSettings;
import dev.foresight.sketch.SliceId;
import dev.foresight.spark.store.PackedShard;
import dev.foresight.spark.store.StoredFile;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What the task of one slice is told.
 *
 * @param id the slice
 * @param shardSha256 the text that it is of
 * @param firstSequence where it begins in the shard
 * @param sequences how many it has
 * @param file of the shard's token ids, null where none are kept
 * @param tokens of the slice, null where they are in the file
 */
@SuppressWarnings("ArrayRecordComponent") // travels once, never compared
public record SliceTask(
    SliceId id,
    String shardSha256,
    long firstSequence,
    int sequences,
    StoredFile file,
    int[][] tokens)
    implements Serializable {

  /** Consecutive sequences of a shard, the last slice shorter. */
  public static List<SliceTask> of(PackedText text, SketchSettings settings) {
    PackedShard shard = text.shard();
    List<SliceTask> tasks = new ArrayList<>();
    for (long first = 0; first < shard.sequences(); first += settings.slice()) {
      int count = (int) Math.min(settings.slice(), shard.sequences() - first);
      int[][] tokens =
          text.tokens() == null
              ? null
              : Arrays.copyOfRange(text.tokens(), (int) first, (int) first + count);
      tasks.add(
          new SliceTask(
              new SliceId(shard.id(), tasks.size()),
              shard.sha256(),
              first,
              count,
              text.sequences(),
              tokens));
    }
    return tasks;
  }
}
