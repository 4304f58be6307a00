package dev.foresight.spark.calibrate;

import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.model.Role;
import dev.foresight.onnx.BatchStatistics;
import dev.foresight.onnx.NotFiniteException;
import dev.foresight.onnx.RowSelection;
import dev.foresight.sketch.ChannelSums;
import dev.foresight.sketch.RoleSketch;
import dev.foresight.sketch.SampledPlaces;
import dev.foresight.sketch.SampledPlaces.Place;
import dev.foresight.sketch.SampledRow;
import dev.foresight.spark.io.Cpu;
import dev.foresight.spark.store.FinishedSlice;
import dev.foresight.spark.store.SketchStore;
import dev.foresight.spark.store.SkippedSequence;
import dev.foresight.spark.store.StoreFingerprint;
import dev.foresight.spark.store.StoredFile;
import dev.foresight.spark.store.StoredSlice;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.util.SerializableConfiguration;

/**
 * The task of one slice: runs all blocks over its sequences and writes its sums and rows. Nothing
 * but the names of its files and what ran it travels back to the driver.
 */
public final class SliceCalibrator implements Function<SliceTask, FinishedSlice> {
  private static final long serialVersionUID = 1L;

  private final ExecutorModel.Key model;
  private final String store;
  private final StoreFingerprint fingerprint;
  private final boolean skipBadSequences;
  private final CalibrationCounters counters;
  private final SerializableConfiguration conf;

  /**
   * @param model with statistics
   * @param store the sketch store's folder
   * @param fingerprint of the store
   * @param skipBadSequences whether a slice is run without sequences whose activations are NaN or
   *     infinite; if not, they stop the job
   */
  public SliceCalibrator(
      ExecutorModel.Key model,
      String store,
      StoreFingerprint fingerprint,
      boolean skipBadSequences,
      CalibrationCounters counters,
      SerializableConfiguration conf) {
    this.model = model;
    this.store = store;
    this.fingerprint = fingerprint;
    this.skipBadSequences = skipBadSequences;
    this.counters = counters;
    this.conf = conf;
  }

  @Override
  public FinishedSlice call(SliceTask task) throws IOException {
    SketchStore target = new SketchStore(conf.value(), store);
    int[][] sequences =
        task.tokens() != null
            ? task.tokens()
            : target.readSequences(
                task.id().shard(), task.file(), task.firstSequence(), task.sequences());
    List<Integer> good =
        IntStream.range(0, sequences.length)
            .boxed()
            .collect(Collectors.toCollection(ArrayList::new));
    List<SkippedSequence> skipped = new ArrayList<>();
    Collected collected = null;
    while (collected == null) {
      try {
        collected = run(task, sequences, good);
      } catch (NotFiniteException e) {
        skipped.add(skip(task, good.get(e.sequence()), e));
        good.remove(e.sequence());
        requireSome(task, good);
      }
    }
    skipped.sort(Comparator.comparingLong(SkippedSequence::sequence));
    FinishedSlice finished = write(target, task, collected, good.size(), skipped);
    counters.add(good.size(), sequences[0].length, skipped.size());
    return finished;
  }

  /** Runs the sequences that are good so far, all of them again when one of them is not. */
  private Collected run(SliceTask task, int[][] sequences, List<Integer> good) throws IOException {
    int length = sequences[0].length;
    List<Long> indices = good.stream().map(i -> task.firstSequence() + i).toList();
    List<Place> places =
        SampledPlaces.choose(
            fingerprint.packing().seed(),
            task.id().shard(),
            indices,
            length,
            fingerprint.sketch().rows(),
            fingerprint.sketch().firstRows());
    int[] rows =
        places.stream()
            .mapToInt(p -> Collections.binarySearch(indices, p.sequence()) * length + p.position())
            .toArray();
    Collected collected = new Collected(task.id().shard(), places);
    try (ExecutorModel.Lease lease = ExecutorModel.acquire(model, conf.value())) {
      lease
          .runner()
          .run(
              good.stream().map(i -> sequences[i]).toArray(int[][]::new),
              new RowSelection(rows),
              (block, statistics, first) -> collected.add(block, statistics));
    }
    return collected;
  }

  private SkippedSequence skip(SliceTask task, int index, NotFiniteException e) {
    long sequence = task.firstSequence() + index;
    if (!skipBadSequences) {
      throw new InputException(
          Words.format(
              "Shard %s, sequence %d, block %d: %s is not finite. Look for NaN, infinity or huge values in the weights of this block and the ones before it, or pass --skip-bad-sequences to leave the sequence out.",
              task.id().shard(), sequence, e.block(), e.place()),
          e);
    }
    return new SkippedSequence(sequence, e.block(), e.place());
  }

  private static void requireSome(SliceTask task, List<Integer> good) {
    if (good.isEmpty()) {
      throw new InputException(
          Words.format(
              "Shard %s: none of the sequences %d to %d gives finite activations. Look for NaN, infinity or huge values in the weights.",
              task.id().shard(),
              task.firstSequence(),
              task.firstSequence() + task.sequences() - 1));
    }
  }

  private FinishedSlice write(
      SketchStore target,
      SliceTask task,
      Collected collected,
      int sequences,
      List<SkippedSequence> skipped)
      throws IOException {
    StoredFile sums = target.writeSums(task.id(), collected.sums);
    StoredFile rows =
        collected.places.isEmpty() ? null : target.writeRows(task.id(), collected.rows);
    StoredSlice slice =
        new StoredSlice(
            task.id().shard(),
            task.id().index(),
            task.firstSequence(),
            sequences,
            skipped,
            sums,
            rows);
    FinishedSlice finished = new FinishedSlice(slice, Cpu.kind());
    target.record(fingerprint, task.shardSha256(), finished);
    return finished;
  }

  /** What the batches of a slice taught, block by block. */
  private static final class Collected {
    private final String shard;
    private final List<Place> places;
    private final List<Map<Role, RoleSketch>> sums = new ArrayList<>();
    private final List<Map<Role, List<SampledRow>>> rows = new ArrayList<>();

    Collected(String shard, List<Place> places) {
      this.shard = shard;
      this.places = places;
    }

    void add(int block, Map<Role, BatchStatistics> statistics) {
      if (block == sums.size()) {
        sums.add(new EnumMap<>(Role.class));
        rows.add(new EnumMap<>(Role.class));
      }
      statistics.forEach(
          (role, batch) -> {
            RoleSketch sketch =
                sums.get(block).computeIfAbsent(role, r -> RoleSketch.empty(batch.channels()));
            add(sketch.first(), batch.first());
            add(sketch.rest(), batch.later());
            addRows(rows.get(block).computeIfAbsent(role, r -> new ArrayList<>()), batch);
          });
    }

    private static void add(ChannelSums sums, BatchStatistics.Stratum batch) {
      sums.add(batch.tokens(), batch.sumAbs(), batch.sum(), batch.sumSquares(), batch.maxAbs());
    }

    /** Rows come in the order of places, batch after batch. */
    private void addRows(List<SampledRow> kept, BatchStatistics batch) {
      int channels = batch.channels();
      float[] values = new float[channels];
      for (int at = 0; at < batch.rows().length; at += channels) {
        System.arraycopy(batch.rows(), at, values, 0, channels);
        kept.add(SampledRow.of(shard, places.get(kept.size()), values));
      }
    }
  }
}
