package dev.foresight.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.foresight.model.Model;
import dev.foresight.onnx.OnnxEnvironment.Scratch;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;

/** The logits that production code never lets out of the graph. */
final class Logits {
  private Logits() {}

  /**
   * Final norm and head.
   *
   * @param hidden hidden states behind the last block, [P, hidden]
   * @return [P, vocabulary]
   */
  static float[] of(Model model, float[] hidden) throws IOException {
    HeadWeights weights = HeadWeights.of("model", model);
    OnnxGraph graph = new OnnxGraph("logits");
    String logitsOf = HeadGraph.logits(graph, "hidden", model.config(), weights);
    graph.output("logits", "Identity", List.of(logitsOf));
    long[] shape = {hidden.length / model.config().hidden(), model.config().hidden()};
    try (OrtSession session =
            OnnxEnvironment.session(graph.bytes(), weights.weights(), 1, Scratch.KEPT);
        OnnxTensor in =
            OnnxTensor.createTensor(OnnxEnvironment.get(), FloatBuffer.wrap(hidden), shape);
        OrtSession.Result result = session.run(Map.of("hidden", in))) {
      FloatBuffer logits = ((OnnxTensor) result.get(0)).getFloatBuffer();
      float[] values = new float[logits.remaining()];
      logits.get(values);
      return values;
    } catch (OrtException e) {
      throw new OnnxException("No logits", e);
    }
  }
}
