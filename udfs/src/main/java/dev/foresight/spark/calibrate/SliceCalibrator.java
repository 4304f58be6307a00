package dev.foresight.spark.calibrate;

import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.onnx.NotFiniteException;
import dev.foresight.onnx.RowSelection;
import dev.foresight.onnx.graph.Statistics;
import dev.foresight.sketch.SampledPlaces;
import dev.foresight.sketch.SampledPlaces.Place;
import dev.foresight.sketch.SliceId;
import dev.foresight.sketch.SliceStates;
import dev.foresight.sketch.Statistic;
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
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.util.SerializableConfiguration;

/**
 * The task of one slice: runs all blocks over its sequences and writes what they teach. Nothing but
 * the names of its files and what ran it travels back to the driver.
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
    List<SliceStates<?>> states = null;
    while (states == null) {
      try {
        states = run(task, sequences, good);
      } catch (NotFiniteException e) {
        skipped.add(skip(task, good.get(e.sequence()), e));
        good.remove(e.sequence());
        requireSome(task, good);
      }
    }
    skipped.sort(Comparator.comparingLong(SkippedSequence::sequence));
    FinishedSlice finished = write(target, task, states, good.size(), skipped);
    counters.add(good.size(), sequences[0].length, skipped.size());
    return finished;
  }

  /** Runs the sequences that are good so far, all of them again when one of them is not. */
  private List<SliceStates<?>> run(SliceTask task, int[][] sequences, List<Integer> good)
      throws IOException {
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
    List<SliceStates<?>> states = new ArrayList<>();
    for (Statistic<?> statistic : Statistics.kept(fingerprint.sketch())) {
      states.add(new SliceStates<>(statistic, task.id().shard(), places));
    }
    try (ExecutorModel.Lease lease = ExecutorModel.acquire(model, conf.value())) {
      lease
          .runner()
          .run(
              good.stream().map(i -> sequences[i]).toArray(int[][]::new),
              new RowSelection(rows),
              (block, measured, first) -> states.forEach(s -> s.add(block, measured)));
    }
    return states;
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
      List<SliceStates<?>> states,
      int sequences,
      List<SkippedSequence> skipped)
      throws IOException {
    SortedMap<String, StoredFile> files = new TreeMap<>();
    for (SliceStates<?> of : states) {
      write(target, task.id(), of).ifPresent(file -> files.put(of.statistic().name(), file));
    }
    StoredSlice slice =
        new StoredSlice(
            task.id().shard(), task.id().index(), task.firstSequence(), sequences, skipped, files);
    FinishedSlice finished = new FinishedSlice(slice, Cpu.kind());
    target.record(fingerprint, task.shardSha256(), finished);
    return finished;
  }

  private static <S> Optional<StoredFile> write(
      SketchStore target, SliceId slice, SliceStates<S> states) throws IOException {
    return target.write(states.statistic(), slice, states.blocks());
  }
}
