package dev.foresight.onnx;

import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.model.Model;
import dev.foresight.sketch.Measured;
import dev.foresight.sketch.Statistic;
import dev.foresight.tensor.DType;
import dev.foresight.tensor.NamedTensor;
import dev.foresight.tensor.TensorInfo;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/**
 * Runs the blocks of a model over slices, one block at a time for all batches of a slice, so that
 * only a few blocks need be in memory. The result does not depend on how many are. Several threads
 * may run slices at once and share the blocks.
 */
public final class BlockRunner implements AutoCloseable {
  private final Model model;
  private final RunnerSettings settings;
  private final Embedding embedding;
  private final BlockCache ownCache; // null where the caller brought one
  private final BlockSessions sessions;
  private final FloatPool buffers = new FloatPool();
  private final RopeTables ropes;

  /**
   * Opens no block yet; the model must stay open as long as the runner. Its converted blocks live
   * in temporary files, as long as the runner.
   */
  public BlockRunner(Model model, RunnerSettings settings) throws IOException {
    this(model, settings, null);
  }

  /**
   * The same with converted blocks that stay for others.
   *
   * @param cache of this very model
   */
  public BlockRunner(Model model, RunnerSettings settings, BlockCache cache) throws IOException {
    this.model = model;
    this.settings = settings;
    this.embedding = Embedding.of(model);
    this.ownCache = cache == null ? BlockCache.temporary() : null;
    this.sessions = new BlockSessions(model, settings, cache == null ? ownCache : cache);
    this.ropes = new RopeTables(model.config());
  }

  /**
   * Hidden states behind the last block, before the final norm.
   *
   * @param sequences token ids, all of one length
   * @return [sequences, length, hidden]
   * @throws InputException as {@link #run(int[][], RowSelection, BlockObserver)}
   */
  public float[] run(int[][] sequences) throws IOException {
    return run(sequences, RowSelection.none(), (block, measured, firstSequence) -> {});
  }

  /**
   * The same, telling an observer what every block measured.
   *
   * @param sequences token ids of a slice, all of one length
   * @param rows tokens of the slice whose rows the observer gets
   * @param observer told after each batch of each block; its maps are empty if the settings ask for
   *     no statistics
   * @return [sequences, length, hidden]
   * @throws InputException if the sequences are uneven or too long, an id is outside the
   *     vocabulary, or activations are not finite
   */
  public float[] run(int[][] sequences, RowSelection rows, BlockObserver observer)
      throws IOException {
    int length = requireEven(sequences);
    float[] hidden = embedding.lookUp(sequences);
    List<Batch> batches = new ArrayList<>();
    try {
      int perBatch = Math.max(1, settings.batchTokens() / length);
      for (int first = 0; first < sequences.length; first += perBatch) {
        int count = Math.min(perBatch, sequences.length - first);
        batches.add(batch(first, count, length, rows));
      }
      for (int block = 0; block < model.config().blocks(); block++) {
        BlockSession session = sessions.acquire(block);
        try {
          for (Batch batch : batches) {
            observer.block(block, step(session, block, batch, hidden), batch.first());
          }
        } finally {
          sessions.release(block);
        }
      }
    } finally {
      batches.forEach(batch -> batch.inputs().close());
    }
    requireFinite(hidden, sequences);
    return hidden;
  }

  /**
   * Runs one batch and keeps all that blocks are fed with and give: what all of them share by the
   * names of the graph's inputs, the hidden states in front of each as {@code hidden.0} and so on,
   * and those behind the last.
   */
  List<NamedTensor> trace(int[][] sequences) throws IOException {
    int length = requireEven(sequences);
    float[] hidden = embedding.lookUp(sequences);
    Batch batch = batch(0, sequences.length, length, RowSelection.none());
    List<NamedTensor> tensors = new ArrayList<>();
    try (BatchInputs inputs = batch.inputs()) {
      tensors.addAll(inputs.tensors());
      for (int block = 0; block < model.config().blocks(); block++) {
        tensors.add(hidden(block, batch, hidden));
        BlockSession session = sessions.acquire(block);
        try {
          step(session, block, batch, hidden);
        } finally {
          sessions.release(block);
        }
      }
    }
    tensors.add(hidden(model.config().blocks(), batch, hidden));
    return tensors;
  }

  private NamedTensor hidden(int block, Batch batch, float[] values) {
    return NamedTensor.ofFloats(
        TensorInfo.of(
            "hidden." + block,
            DType.F32,
            batch.inputs().sequences(),
            batch.length(),
            model.config().hidden()),
        values.clone());
  }

  /** Consecutive sequences that run together. */
  private record Batch(int first, int length, BatchInputs inputs) {}

  private Batch batch(int first, int count, int length, RowSelection rows) {
    int channels = model.config().hidden();
    long[] selected = rows.within(first * length, (first + count) * length);
    return new Batch(
        first, length, new BatchInputs(count, length, channels, ropes.of(length), selected));
  }

  /** Advances the hidden states of one batch by one block. */
  private Map<String, Measured> step(BlockSession session, int block, Batch batch, float[] hidden) {
    int size = batch.inputs().tokens() * model.config().hidden();
    int offset = batch.first() * batch.length() * model.config().hidden();
    FloatBuffer in = buffers.take(size);
    FloatBuffer out = buffers.take(size);
    try {
      in.put(hidden, offset, size).flip();
      Map<String, Measured> measured = session.run(batch.inputs(), in, out);
      for (Map.Entry<String, Measured> place : measured.entrySet()) {
        if (!place.getValue().finite()) {
          throw notFinite(session, block, place.getKey(), batch, hidden);
        }
      }
      out.get(hidden, offset, size);
      return measured;
    } finally {
      buffers.give(in);
      buffers.give(out);
    }
  }

  /** Runs the batch's sequences one by one to name the first that goes wrong. */
  private InputException notFinite(
      BlockSession session, int block, String place, Batch batch, float[] hidden) {
    int size = batch.length() * model.config().hidden();
    int last = batch.first() + batch.inputs().sequences() - 1;
    int guilty = batch.first();
    long[] all = LongStream.range(0, batch.length()).toArray(); // a sampled one may be to blame
    try (BatchInputs one =
        new BatchInputs(
            1, batch.length(), model.config().hidden(), ropes.of(batch.length()), all)) {
      FloatBuffer in = FloatPool.allocate(size);
      FloatBuffer out = FloatPool.allocate(size);
      for (; guilty < last; guilty++) {
        in.clear().put(hidden, guilty * size, size).flip();
        if (!session.run(one, in, out.clear()).get(place).finite()) {
          break;
        }
      }
    }
    return new NotFiniteException(
        Words.format(
                "%s, block %d: the %s of sequence %d is not finite. Look for NaN, infinity or huge values",
                model.location(), block, NotFiniteException.name(place), guilty)
            + " in the weights of this block and the ones before it.",
        guilty,
        block,
        place);
  }

  private void requireFinite(float[] hidden, int[][] sequences) throws IOException {
    int guilty = firstNotFinite(hidden) / (hidden.length / sequences.length);
    if (guilty == sequences.length) {
      return;
    }
    int block = blockThatSpoils(sequences[guilty]);
    throw new NotFiniteException(
        Words.format(
                "%s, block %d: the hidden states of sequence %d are not finite behind it. Look for NaN,",
                model.location(), block, guilty)
            + " infinity or huge values in the weights of this block and the ones before it.",
        guilty,
        block,
        Statistic.BLOCK);
  }

  /** The block behind which a sequence's hidden states are not finite for the first time. */
  private int blockThatSpoils(int[] sequence) throws IOException {
    float[] hidden = embedding.lookUp(new int[][] {sequence});
    Batch batch = batch(0, 1, sequence.length, RowSelection.none());
    int last = model.config().blocks() - 1;
    try (BatchInputs inputs = batch.inputs()) {
      for (int block = 0; block < last; block++) {
        BlockSession session = sessions.acquire(block);
        try {
          step(session, block, batch, hidden);
        } finally {
          sessions.release(block);
        }
        if (firstNotFinite(hidden) < hidden.length) {
          return block;
        }
      }
    }
    return last;
  }

  /** Place of the first number that is NaN or infinite; the length if there is none. */
  private static int firstNotFinite(float[] values) {
    int i = 0;
    while (i < values.length && Float.isFinite(values[i])) {
      i++;
    }
    return i;
  }

  private int requireEven(int[][] sequences) {
    if (sequences.length == 0 || sequences[0].length == 0) {
      throw new InputException("There are no tokens to run: the slice or window is empty.");
    }
    int length = sequences[0].length;
    if (Arrays.stream(sequences).anyMatch(sequence -> sequence.length != length)) {
      throw new InputException("The sequences of a slice must all have the same length.");
    }
    if (length > model.config().maxPositions()) {
      throw new InputException(
          Words.format(
                  "Sequences of %d tokens are longer than the %d positions that %s was made for: choose a",
                  length, model.config().maxPositions(), model.location())
              + " smaller --sequence-length or --window.");
    }
    return length;
  }

  /** Frees the blocks; runs still under way end with an error. */
  @Override
  public void close() throws IOException {
    sessions.close();
    buffers.clear();
    if (ownCache != null) {
      ownCache.close();
    }
  }
}
