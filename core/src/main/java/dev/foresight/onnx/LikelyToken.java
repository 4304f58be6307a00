package dev.foresight.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.foresight.model.Model;
import dev.foresight.onnx.OnnxEnvironment.Scratch;
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
  /**
   * The likeliest tokens after a position, the likeliest first; of equally likely ones the lower
   * id.
   *
   * @param hidden hidden state of the position behind the last block, [hidden]
   * @param count how many at most
   */
  public static List<LikelyToken> after(Model model, float[] hidden, int count) throws IOException {
    float[] logs = logProbabilities(model, hidden);
    return IntStream.range(0, logs.length)
        .mapToObj(id -> new LikelyToken(id, Math.exp(logs[id])))
        .sorted(Comparator.comparingDouble(LikelyToken::probability).reversed())
        .limit(count)
        .toList();
  }

  private static float[] logProbabilities(Model model, float[] hidden) throws IOException {
    HeadWeights weights = HeadWeights.of("model", model);
    byte[] graph = HeadGraph.nextToken(model.config(), weights);
    long[] shape = {1, hidden.length};
    try (OrtSession session = OnnxEnvironment.session(graph, weights.weights(), 1, Scratch.FREED);
        OnnxTensor in =
            OnnxTensor.createTensor(OnnxEnvironment.get(), FloatBuffer.wrap(hidden), shape);
        OrtSession.Result result = session.run(Map.of(HeadGraph.HIDDEN, in))) {
      FloatBuffer logs = ((OnnxTensor) result.get(0)).getFloatBuffer();
      float[] values = new float[logs.remaining()];
      logs.get(values);
      return values;
    } catch (OrtException e) {
      throw new OnnxException("ONNX Runtime fails to run an output head", e);
    }
  }
}
