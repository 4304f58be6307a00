package dev.foresight.onnx;

import dev.foresight.Words;
import dev.foresight.model.BlockAttention;
import dev.foresight.model.Model;
import dev.foresight.model.Role;
import dev.foresight.onnx.graph.BlockGraph;
import dev.foresight.sketch.Measured;
import dev.foresight.sketch.Rows;
import dev.foresight.sketch.Statistic;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * A part of one block of a model: what text is led through while linears are replaced one role
 * after the other. In front of each role it stops for what the role reads, and goes on from the
 * residual stream in front of the block, then from that behind its attention, so that no more than
 * attention and the gate are computed twice. The same batches, and so the same bits, as {@link
 * BlockRunner}. Several threads may run it at once.
 */
public final class OneBlock implements AutoCloseable {
  private final Model model;
  private final int block;
  private final Optional<Role> role;
  private final RunnerSettings settings = RunnerSettings.resident();
  private final BlockCache cache;
  private final BlockSession session;
  private final FloatPool buffers = new FloatPool();
  private final RopeTables ropes;

  private OneBlock(Model model, int block, Optional<Role> role, Path scratch) throws IOException {
    this.model = model;
    this.block = block;
    this.role = role;
    this.ropes = new RopeTables(model.config());
    this.cache = BlockCache.temporary(scratch);
    try {
      this.session = BlockSession.open(model, block, graph(), settings, cache);
    } catch (IOException | RuntimeException e) {
      cache.close();
      throw e;
    }
  }

  /**
   * What lies behind attention; the model may be closed as soon as this is open.
   *
   * @param scratch local folder that holds the weights until this is closed
   * @throws dev.foresight.InputException if a weight is NaN or infinite
   */
  public static OneBlock mlp(Model model, int block, Path scratch) throws IOException {
    return new OneBlock(model, block, Optional.empty(), scratch);
  }

  /**
   * What lies in front of a role; of the weights behind it none is read.
   *
   * @throws dev.foresight.InputException as {@link #mlp} does
   */
  public static OneBlock upTo(Role role, Model model, int block, Path scratch) throws IOException {
    return new OneBlock(model, block, Optional.of(role), scratch);
  }

  /**
   * The residual stream in front of the first block, [sequences, length, hidden].
   *
   * @throws dev.foresight.InputException if an id is outside the vocabulary
   */
  public static float[] embed(Model model, int[][] sequences) throws IOException {
    return Embedding.of(model).lookUp(sequences);
  }

  private byte[] graph() {
    BlockAttention attention = model.config().attention().get(block);
    return role.isEmpty()
        ? BlockGraph.mlp(model.config(), model.architecture(), attention)
        : BlockGraph.upTo(role.get(), model.config(), model.architecture(), attention);
  }

  /**
   * Goes on to the next block, from behind attention.
   *
   * @param stream the residual stream, [sequences, length, hidden], overwritten
   * @throws NotFiniteException if it overflows
   */
  public void advance(float[] stream, int length) {
    forBatches(
        stream,
        length,
        RowSelection.none(),
        (inputs, first, in) -> overwrite(inputs, first, in, stream, length));
    requireFinite(stream, length * model.config().hidden());
  }

  private Map<String, Measured> overwrite(
      BatchInputs inputs, int first, FloatBuffer in, float[] stream, int length) {
    int width = length * model.config().hidden();
    FloatBuffer out = buffers.take(inputs.sequences() * width);
    try {
      Map<String, Measured> measured = session.run(inputs, in, out);
      out.get(stream, first * width, inputs.sequences() * width);
      return measured;
    } finally {
      buffers.give(out);
    }
  }

  private void requireFinite(float[] values, int width) {
    for (int i = 0; i < values.length; i++) {
      if (!Float.isFinite(values[i])) {
        throw notFinite(i / width, Statistic.BLOCK);
      }
    }
  }

  private NotFiniteException notFinite(int sequence, String place) {
    return new NotFiniteException(
        Words.format(
            "%s, block %d: what quantized blocks send overflows in its %s. Quantize without --propagate, or to more bits.",
            model.location(), block, NotFiniteException.name(place)),
        sequence,
        block,
        place);
  }

  /**
   * What the role reads of chosen tokens.
   *
   * @param stream the residual stream in front of the block, for mlp_output behind its attention;
   *     [sequences, length, hidden]. In front of mlp_input it is overwritten by that behind
   *     attention
   * @param rows tokens, by {@code sequence * length + position}
   * @return [rows, channels]
   * @throws NotFiniteException if something overflows
   */
  public float[] rows(float[] stream, int length, RowSelection rows) {
    String place = role.orElseThrow().key();
    boolean passes = role.get() == Role.MLP_INPUT;
    float[][] found = {new float[0]};
    int[] filled = {0};
    forBatches(
        stream,
        length,
        rows,
        (inputs, first, in) -> {
          if (inputs.rows() == 0 && !passes) {
            return;
          }
          Measured measured =
              (passes ? overwrite(inputs, first, in, stream, length) : session.measure(inputs, in))
                  .get(place);
          if (!measured.finite()) {
            throw notFinite(first, place);
          }
          if (inputs.rows() > 0) {
            float[] lines = measured.output(Rows.ROWS.name());
            if (filled[0] == 0) {
              found[0] = new float[lines.length / inputs.rows() * rows.indices().length];
            }
            System.arraycopy(lines, 0, found[0], filled[0], lines.length);
            filled[0] += lines.length;
          }
        });
    if (passes) {
      requireFinite(stream, length * model.config().hidden());
    }
    return found[0];
  }

  /** What is done with one batch. */
  @FunctionalInterface
  private interface Step {
    void run(BatchInputs inputs, int firstSequence, FloatBuffer stream);
  }

  private void forBatches(float[] stream, int length, RowSelection rows, Step step) {
    int channels = model.config().hidden();
    int width = length * channels;
    int sequences = stream.length / width;
    int perBatch = Math.max(1, settings.batchTokens() / length);
    for (int first = 0; first < sequences; first += perBatch) {
      int count = Math.min(perBatch, sequences - first);
      long[] selected = rows.within(first * length, (first + count) * length);
      FloatBuffer in = buffers.take(count * width);
      try (BatchInputs inputs =
          new BatchInputs(count, length, channels, ropes.of(length), selected)) {
        in.put(stream, first * width, count * width).flip();
        step.run(inputs, first, in);
      } finally {
        buffers.give(in);
      }
    }
  }

  @Override
  public void close() throws IOException {
    session.close();
    buffers.clear();
    cache.close();
  }
}
