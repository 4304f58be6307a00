package dev.foresight.spark.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foresight.InputException;
import dev.foresight.evaluate.TokenRuns;
import dev.foresight.spark.BareExecutor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.apache.spark.util.SerializableConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs of 32 tokens in a shard of sequences of 80, made of numbers that stand nowhere twice. */
class OverlapScanTest {
  private static final int LENGTH = 80;
  private static final int RUN = 32;

  @TempDir private Path root;

  /** Tokens of a sequence: {@code 1000 s} and up. */
  private static int[] sequence(long index) {
    return IntStream.range(0, LENGTH).map(t -> (int) (1000 * index) + t).toArray();
  }

  private StoredShard shard(int sequences) throws IOException {
    StoredFile file =
        new SketchStore(SmallShards.CONF, root.toString())
            .writeSequences(
                "s",
                sink -> {
                  for (int s = 0; s < sequences; s++) {
                    sink.accept(sequence(s));
                  }
                });
    return new StoredShard(SmallShards.packed("s", sequences, "text"), file, List.of(), 0);
  }

  private static Set<Long> hashes(int[]... texts) {
    Set<Long> hashes = new TreeSet<>();
    for (int[] text : texts) {
      Arrays.stream(TokenRuns.aligned(text)).forEach(hashes::add);
    }
    return hashes;
  }

  private static int[] run(long sequence, int from) {
    return Arrays.copyOfRange(sequence(sequence), from, from + RUN);
  }

  private Set<Long> scan(StoredShard shard, Set<Long> wanted) throws IOException {
    return new OverlapScan(
            root.toString(),
            BareExecutor.broadcast(wanted),
            new SerializableConfiguration(SmallShards.CONF))
        .call(shard);
  }

  @Test
  void runIsFoundAtAnyPlaceOfASequence() throws IOException {
    StoredShard shard = shard(3);
    for (int from : new int[] {0, 1, 17, LENGTH - RUN}) {
      Set<Long> wanted = hashes(run(1, from));
      assertThat(scan(shard, wanted)).as("from %d", from).isEqualTo(wanted);
    }
  }

  @Test
  void onlyWhatTheShardHoldsIsFoundAndEachOnce() throws IOException {
    int[] elsewhere = IntStream.range(500_000, 500_000 + RUN).toArray();
    Set<Long> wanted = hashes(run(0, 3), run(2, 40), elsewhere);
    assertThat(wanted).hasSize(3);
    assertThat(scan(shard(3), wanted)).isEqualTo(hashes(run(0, 3), run(2, 40)));
  }

  /** Sequences of one document may be neighbours; they are judged apart as the model sees them. */
  @Test
  void runAcrossTwoSequencesIsNone() throws IOException {
    int[] across = new int[RUN];
    System.arraycopy(sequence(0), LENGTH - 10, across, 0, 10);
    System.arraycopy(sequence(1), 0, across, 10, RUN - 10);
    assertThat(scan(shard(2), hashes(across))).isEmpty();
  }

  @Test
  void oneOtherTokenMakesAnotherRun() throws IOException {
    int[] changed = run(1, 5);
    changed[31]++;
    int[] swapped = run(1, 5);
    swapped[0] = swapped[1];
    assertThat(scan(shard(2), hashes(changed, swapped))).isEmpty();
  }

  /**
   * 256 sequences are read at once: these are the last of a batch, the first and last of the next.
   */
  @Test
  void everySequenceOfALongShardIsLookedThrough() throws IOException {
    Set<Long> wanted = hashes(run(255, 2), run(256, 2), run(299, 48));
    assertThat(scan(shard(300), wanted)).isEqualTo(wanted);
  }

  @Test
  void shardWithoutSequencesHoldsNothing() throws IOException {
    assertThat(scan(shard(0), hashes(run(0, 0)))).isEmpty();
  }

  @Test
  void shardWithFewerSequencesThanItSaysIsRefused() throws IOException {
    StoredFile two = shard(2).sequences();
    StoredShard three = new StoredShard(SmallShards.packed("s", 3, "text"), two, List.of(), 0);
    assertThatThrownBy(() -> scan(three, hashes(run(0, 0))))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "%s of the store %s lacks sequence 2: remove the shard by 'foresight sketches remove %s --shards s' and calibrate it again.",
            two.name(), root, root);
  }
}
