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
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * A token that may come next.
 *
 * @param id in the vocabulary
 * @param probability softmax of the logits
 */
public record LikelyToken(int id, double probability) {
  private static final int SLICE = 1 << 12; // rows of the head that are widened at once

  /**
   * The likeliest tokens after a position, the likeliest first; of equally likely ones the lower
   * id.
   *
   * @param hidden hidden state of the position behind the last block, [hidden]
   * @param count how many at most
   */
  public static List<LikelyToken> after(Model model, float[] hidden, int count) throws IOException {
    float[] logits = logits(model, hidden);
    double max = Double.NEGATIVE_INFINITY;
    for (float logit : logits) {
      max = Math.max(max, logit);
    }
    double sum = 0;
    for (float logit : logits) {
      sum += Math.exp(logit - max);
    }
    double logOfSum = max + Math.log(sum);
    return IntStream.range(0, logits.length)
        .mapToObj(id -> new LikelyToken(id, Math.exp(logits[id] - logOfSum)))
        .sorted(Comparator.comparingDouble(LikelyToken::probability).reversed())
        .limit(count)
        .toList();
  }

  /**
   * Logits of few positions.
   *
   * @param hidden hidden states behind the last block, [P, hidden]
   * @return [P, vocabulary]
   */
  static float[] logits(Model model, float[] hidden) throws IOException {
    HeadRows rows = HeadRows.of(model);
    int positions = hidden.length / rows.hidden();
    float[] logits = new float[positions * rows.vocabulary()];
    FloatBuffer slice = FloatPool.allocate(Math.min(SLICE, rows.vocabulary()) * rows.hidden());
    byte[] graph = HeadGraph.logits(model);
    Map<String, Weight> norm = Map.of(Side.MODEL.norm, rows.norm());
    long[] shape = {positions, rows.hidden()};
    try (OrtSession session = OnnxEnvironment.session(graph, norm, 1, Scratch.KEPT);
        OnnxTensor in =
            OnnxTensor.createTensor(OnnxEnvironment.get(), FloatBuffer.wrap(hidden), shape)) {
      for (int from = 0; from < rows.vocabulary(); from += SLICE) {
        int tokens = Math.min(SLICE, rows.vocabulary() - from);
        rows.widen(from, tokens, slice);
        long[] size = {tokens, rows.hidden()};
        try (OnnxTensor head = OnnxTensor.createTensor(OnnxEnvironment.get(), slice, size);
            OrtSession.Result result =
                session.run(Map.of(Side.MODEL.hidden, in, Side.MODEL.rows, head))) {
          FloatBuffer part = ((OnnxTensor) result.get(0)).getFloatBuffer();
          for (int p = 0; p < positions; p++) {
            part.get(p * tokens, logits, p * rows.vocabulary() + from, tokens);
          }
        }
      }
      return logits;
    } catch (OrtException e) {
      throw new OnnxException("ONNX Runtime fails to run an output head", e);
    }
  }
}
