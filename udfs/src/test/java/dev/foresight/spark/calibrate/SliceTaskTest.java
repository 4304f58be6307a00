package dev.foresight.spark.calibrate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.foresight.sketch.SketchSettings;
import dev.foresight.sketch.SliceId;
import dev.foresight.spark.store.PackedShard;
import java.util.List;
import org.junit.jupiter.api.Test;

class SliceTaskTest {
  private static PackedText text(int sequences, boolean kept) {
    PackedShard shard = new PackedShard("a", 1, 0, 0, 1, 0, sequences, sequences, 0, "ab");
    int[][] tokens = new int[sequences][];
    for (int s = 0; s < sequences; s++) {
      tokens[s] = new int[] {s, -s};
    }
    return new PackedText(shard, null, kept ? null : tokens);
  }

  private static List<SliceTask> tasks(int sequences, int slice) {
    return SliceTask.of(text(sequences, false), new SketchSettings(slice, 0, 0));
  }

  @Test
  void slicesCoverTheShardWithoutOverlapTheLastOneShorter() {
    List<SliceTask> tasks = tasks(10, 4);
    assertThat(tasks).extracting(SliceTask::firstSequence).containsExactly(0L, 4L, 8L);
    assertThat(tasks).extracting(SliceTask::sequences).containsExactly(4, 4, 2);
    assertThat(tasks)
        .extracting(SliceTask::id)
        .containsExactly(new SliceId("a", 0), new SliceId("a", 1), new SliceId("a", 2));
  }

  @Test
  void sliceCarriesItsOwnTokensWhereTheStoreKeepsNone() {
    SliceTask last = tasks(10, 4).get(2);
    assertThat(last.tokens()).isDeepEqualTo(new int[][] {{8, -8}, {9, -9}});
    assertThat(SliceTask.of(text(10, true), new SketchSettings(4, 0, 0)))
        .allMatch(task -> task.tokens() == null);
  }

  @Test
  void shardsOfOneSliceOfOneSequenceAndOfNone() {
    assertThat(tasks(4, 4)).hasSize(1);
    assertThat(tasks(1, 4)).extracting(SliceTask::sequences).containsExactly(1);
    assertThat(tasks(3, 1)).hasSize(3);
    assertThat(tasks(0, 4)).isEmpty();
  }
}
