package dev.foresight.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.foresight.model.Model;
import dev.foresight.onnx.OnnxEnvironment.Scratch;
import dev.foresight.onnx.graph.HeadGraph;
import dev.foresight.onnx.graph.HeadGraph.Side;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.HashMap;
import java.util.Map;

/**
 * Final norm and output head of a model, or of a model and its reference. The head is applied in
 * slices of the vocabulary and the positions in batches, so memory grows neither with the
 * vocabulary nor with the positions: a slice of the head and its logits take {@value #SLICE_BYTES}
 * and {@value #LOGIT_BYTES} bytes a model. Safe for several threads.
 */
public final class HeadSession implements AutoCloseable {
  private static final int SLICE_BYTES = 16 << 20;
  private static final int LOGIT_BYTES = 8 << 20; // a few values of this size live at once

  private final OrtSession session;
  private final HeadRows rows;
  private final HeadRows referenceRows; // null without a reference
  private final int sliceTokens;
  private final FloatPool buffers = new FloatPool();

  private HeadSession(
      byte[] graph, Map<String, Weight> norms, HeadRows rows, HeadRows referenceRows, int tokens) {
    this.rows = rows;
    this.referenceRows = referenceRows;
    this.sliceTokens = Math.min(tokens, rows.vocabulary());
    this.session = OnnxEnvironment.session(graph, norms, 1, Scratch.KEPT);
  }

  /** The head of one model, which gives its loss. */
  public static HeadSession open(Model model) throws IOException {
    return open(model, sliceTokens(model));
  }

  /** The heads of a model and its reference, which also give their divergence. */
  public static HeadSession open(Model model, Model reference) throws IOException {
    return open(model, reference, Math.min(sliceTokens(model), sliceTokens(reference)));
  }

  static HeadSession open(Model model, int sliceTokens) throws IOException {
    HeadRows rows = HeadRows.of(model);
    Map<String, Weight> norm = Map.of(Side.MODEL.norm, rows.norm());
    return new HeadSession(HeadGraph.build(model), norm, rows, null, sliceTokens);
  }

  static HeadSession open(Model model, Model reference, int sliceTokens) throws IOException {
    HeadRows rows = HeadRows.of(model);
    HeadRows theirs = HeadRows.of(reference);
    Map<String, Weight> norms =
        Map.of(Side.MODEL.norm, rows.norm(), Side.REFERENCE.norm, theirs.norm());
    return new HeadSession(HeadGraph.build(model, reference), norms, rows, theirs, sliceTokens);
  }

  private static int sliceTokens(Model model) {
    return Math.max(1, SLICE_BYTES / Float.BYTES / model.config().hidden());
  }

  /**
   * Scores of P positions.
   *
   * @param loss negative log-likelihood of the next token, natural logarithm, [P]
   * @param top most likely token, [P]
   * @param referenceLoss as {@code loss}, of the reference, empty without one
   * @param referenceTop as {@code top}, of the reference, empty without one
   * @param divergence Σ p log(p/q) over the vocabulary, p the reference, q the model, in nats, [P];
   *     empty without a reference
   */
  @SuppressWarnings("ArrayRecordComponent") // added up and dropped, never compared
  public record Scores(
      float[] loss, int[] top, float[] referenceLoss, int[] referenceTop, float[] divergence) {}

  /**
   * Scores positions of the model alone.
   *
   * @param hidden hidden states behind the last block, [P, hidden]
   * @param next the token that follows each position, [P], inside the vocabulary
   * @throws dev.foresight.InputException if the head holds a number that is not finite
   */
  public Scores score(float[] hidden, int[] next) {
    return run(hidden, new float[0], next);
  }

  /**
   * Scores positions of the model against its reference.
   *
   * @param hidden hidden states of the model behind its last block, [P, hidden]
   * @param reference those of the reference, [P, its hidden]
   * @param next the token that follows each position, [P], inside the vocabulary
   * @throws dev.foresight.InputException if a head holds a number that is not finite
   */
  public Scores score(float[] hidden, float[] reference, int[] next) {
    return run(hidden, reference, next);
  }

  private Scores run(float[] hidden, float[] reference, int[] next) {
    SliceSums ours = new SliceSums(next.length);
    SliceSums theirs = new SliceSums(referenceRows == null ? 0 : next.length);
    FloatBuffer slice = buffers.take(sliceTokens * rows.hidden());
    FloatBuffer other =
        buffers.take(referenceRows == null ? 0 : sliceTokens * referenceRows.hidden());
    int batch = Math.max(1, LOGIT_BYTES / Float.BYTES / sliceTokens);
    for (int token = 0; token < rows.vocabulary(); token += sliceTokens) {
      int tokens = Math.min(sliceTokens, rows.vocabulary() - token);
      rows.widen(token, tokens, slice);
      if (referenceRows != null) {
        referenceRows.widen(token, tokens, other);
      }
      for (int from = 0; from < next.length; from += batch) {
        Slice part = new Slice(token, tokens, from, Math.min(next.length, from + batch));
        try (Tensors in = new Tensors()) {
          in.put(Side.MODEL.hidden, part.states(hidden, next.length), rows.hidden());
          in.put(Side.MODEL.rows, slice, rows.hidden());
          in.put(HeadGraph.NEXT, part.next(next));
          if (referenceRows != null) {
            int width = referenceRows.hidden();
            in.put(Side.REFERENCE.hidden, part.states(reference, next.length), width);
            in.put(Side.REFERENCE.rows, other, width);
          }
          add(part, in, next, ours, theirs);
        } catch (OrtException e) {
          throw new OnnxException("ONNX Runtime fails to run an output head", e);
        }
      }
    }
    buffers.give(slice);
    buffers.give(other);
    return scores(ours, theirs, next.length);
  }

  /** Tokens {@code token} and on of the vocabulary, for positions {@code from} up to {@code to}. */
  private record Slice(int token, int tokens, int from, int to) {
    FloatBuffer states(float[] all, int positions) {
      int width = all.length / positions;
      return FloatBuffer.wrap(all, from * width, (to - from) * width).slice();
    }

    /** The next tokens counted within the slice; 0 for those outside. */
    LongBuffer next(int[] next) {
      LongBuffer places = LongBuffer.allocate(to - from);
      for (int i = from; i < to; i++) {
        places.put(holds(next[i]) ? next[i] - token : 0);
      }
      return places.flip();
    }

    boolean holds(int id) {
      return id >= token && id < token + tokens;
    }
  }

  /** Inputs of a run, closed together. */
  private static final class Tensors implements AutoCloseable {
    private final Map<String, OnnxTensor> byName = new HashMap<>();

    void put(String name, FloatBuffer values, int width) throws OrtException {
      long[] shape = {values.remaining() / width, width};
      byName.put(name, OnnxTensor.createTensor(OnnxEnvironment.get(), values, shape));
    }

    void put(String name, LongBuffer column) throws OrtException {
      long[] shape = {column.remaining(), 1};
      byName.put(name, OnnxTensor.createTensor(OnnxEnvironment.get(), column, shape));
    }

    @Override
    public void close() {
      byName.values().forEach(OnnxTensor::close);
    }
  }

  private void add(Slice part, Tensors in, int[] next, SliceSums ours, SliceSums theirs)
      throws OrtException {
    try (OrtSession.Result result = session.run(in.byName)) {
      add(part, result, Side.MODEL, null, next, ours);
      if (referenceRows != null) {
        FloatBuffer moments = tensor(result, HeadGraph.MOMENT).getFloatBuffer();
        add(part, result, Side.REFERENCE, moments, next, theirs);
      }
    }
  }

  private static void add(
      Slice part,
      OrtSession.Result result,
      Side side,
      FloatBuffer moments,
      int[] next,
      SliceSums sums) {
    sums.add(
        part.from(),
        part.token(),
        tensor(result, side.max).getFloatBuffer(),
        tensor(result, side.sum).getFloatBuffer(),
        moments,
        tensor(result, side.top).getLongBuffer());
    FloatBuffer chosen = tensor(result, side.chosen).getFloatBuffer();
    for (int i = part.from(); i < part.to(); i++) {
      if (part.holds(next[i])) {
        sums.choose(i, chosen.get(i - part.from()));
      }
    }
  }

  private Scores scores(SliceSums ours, SliceSums theirs, int positions) {
    int compared = referenceRows == null ? 0 : positions;
    Scores scores =
        new Scores(
            new float[positions],
            new int[positions],
            new float[compared],
            new int[compared],
            new float[compared]);
    for (int i = 0; i < positions; i++) {
      scores.loss()[i] = (float) ours.loss(i);
      scores.top()[i] = ours.top(i);
    }
    for (int i = 0; i < compared; i++) {
      scores.referenceLoss()[i] = (float) theirs.loss(i);
      scores.referenceTop()[i] = theirs.top(i);
      scores.divergence()[i] = (float) theirs.divergence(ours, i);
    }
    return scores;
  }

  private static OnnxTensor tensor(OrtSession.Result result, String output) {
    return (OnnxTensor) result.get(output).orElseThrow();
  }

  @Override
  public void close() {
    try {
      session.close();
    } catch (OrtException e) {
      throw new OnnxException("ONNX Runtime fails to close a session", e);
    }
  }
}
