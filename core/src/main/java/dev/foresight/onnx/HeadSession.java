package dev.foresight.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.foresight.model.Model;
import dev.foresight.onnx.OnnxEnvironment.Scratch;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.HashMap;
import java.util.Map;

/**
 * Final norm and output head in native memory, of one model or of a model and its reference. Safe
 * for several threads.
 */
public final class HeadSession implements AutoCloseable {
  private final OrtSession session;

  private HeadSession(byte[] graph, Map<String, Weight> weights) {
    this.session = OnnxEnvironment.session(graph, weights, 1, Scratch.KEPT);
  }

  /** The head of one model, which gives its loss. */
  public static HeadSession open(Model model) throws IOException {
    HeadWeights weights = HeadWeights.of("model", model);
    return new HeadSession(HeadGraph.build(model.config(), weights), weights.weights());
  }

  /** The heads of a model and its reference, which also give their divergence. */
  public static HeadSession open(Model model, Model reference) throws IOException {
    return open(
        model, HeadWeights.of("model", model), reference, HeadWeights.of("reference", reference));
  }

  static HeadSession open(
      Model model, HeadWeights weights, Model reference, HeadWeights referenceWeights) {
    HeadWeights second = weights.same(referenceWeights) ? weights : referenceWeights;
    Map<String, Weight> values = new HashMap<>(weights.weights());
    if (second != weights) {
      values.putAll(second.weights());
    }
    return new HeadSession(
        HeadGraph.build(model.config(), weights, reference.config(), second), values);
  }

  /**
   * Scores of neighbouring positions.
   *
   * @param loss negative log-likelihood of the next token, natural logarithm, [P]
   * @param referenceLoss the same of the reference, empty without one
   * @param divergence Σ p log(p/q) over the vocabulary, p the reference, q the model, in nats, [P];
   *     empty without a reference
   * @param agreements positions at which both find the same token most likely; 0 without a
   *     reference
   */
  @SuppressWarnings("ArrayRecordComponent") // added up and dropped, never compared
  public record Scores(float[] loss, float[] referenceLoss, float[] divergence, int agreements) {}

  /**
   * Scores positions of the model alone.
   *
   * @param hidden hidden states behind the last block, [P, hidden]
   * @param next the token that follows each position, [P], inside the vocabulary
   */
  public Scores score(float[] hidden, int[] next) {
    try (OnnxTensor in = rows(hidden, next.length);
        OnnxTensor following = column(next);
        OrtSession.Result result =
            session.run(Map.of(HeadGraph.HIDDEN, in, HeadGraph.NEXT, following))) {
      return new Scores(floats(result, HeadGraph.LOSS), new float[0], new float[0], 0);
    } catch (OrtException e) {
      throw new OnnxException("ONNX Runtime fails to run an output head", e);
    }
  }

  /**
   * Scores positions of the model against its reference.
   *
   * @param hidden hidden states of the model behind its last block, [P, hidden]
   * @param reference those of the reference, [P, its hidden]
   * @param next the token that follows each position, [P], inside the vocabulary
   */
  public Scores score(float[] hidden, float[] reference, int[] next) {
    try (OnnxTensor in = rows(hidden, next.length);
        OnnxTensor other = rows(reference, next.length);
        OnnxTensor following = column(next);
        OrtSession.Result result =
            session.run(
                Map.of(
                    HeadGraph.HIDDEN, in,
                    HeadGraph.REFERENCE, other,
                    HeadGraph.NEXT, following))) {
      return new Scores(
          floats(result, HeadGraph.LOSS),
          floats(result, HeadGraph.REFERENCE_LOSS),
          floats(result, HeadGraph.DIVERGENCE),
          agreements(result));
    } catch (OrtException e) {
      throw new OnnxException("ONNX Runtime fails to run an output head", e);
    }
  }

  private static int agreements(OrtSession.Result result) {
    LongBuffer ours = tensor(result, HeadGraph.TOP).getLongBuffer();
    LongBuffer theirs = tensor(result, HeadGraph.REFERENCE_TOP).getLongBuffer();
    int agreements = 0;
    while (ours.hasRemaining()) {
      if (ours.get() == theirs.get()) {
        agreements++;
      }
    }
    return agreements;
  }

  private static OnnxTensor rows(float[] values, int rows) throws OrtException {
    long[] shape = {rows, values.length / rows};
    return OnnxTensor.createTensor(OnnxEnvironment.get(), FloatBuffer.wrap(values), shape);
  }

  private static OnnxTensor column(int[] ids) throws OrtException {
    LongBuffer values = LongBuffer.allocate(ids.length);
    for (int id : ids) {
      values.put(id);
    }
    return OnnxTensor.createTensor(
        OnnxEnvironment.get(), values.flip(), new long[] {ids.length, 1});
  }

  private static float[] floats(OrtSession.Result result, String output) {
    FloatBuffer buffer = tensor(result, output).getFloatBuffer();
    float[] values = new float[buffer.remaining()];
    buffer.get(values);
    return values;
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
