package dev.foresight.onnx;

import static dev.foresight.onnx.graph.OnnxGraph.attribute;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.foresight.onnx.OnnxEnvironment.Scratch;
import dev.foresight.onnx.graph.OnnxGraph;
import dev.foresight.onnx.graph.ScoreNodes;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;

/**
 * Two ways to attend within a window, alone: ONNX Runtime's GroupQueryAttention, and the standard
 * operator with a mask. One thread, 8 query and 4 kv heads, the least of several interleaved runs;
 * started by {@code tools/exactness/families}.
 */
final class WindowReport {
  private static final int HEADS = 8;
  private static final int KV_HEADS = 4;
  private static final int RUNS = 4;

  private WindowReport() {}

  public static void main(String[] args) throws OrtException {
    groupedAgainstMasked(8, 512, 64, 256, 0);
    groupedAgainstMasked(8, 512, 64, 4096, 0);
    groupedAgainstMasked(2, 2048, 64, 512, 0);
    groupedAgainstMasked(2, 2048, 64, 512, 50);
    groupedAgainstMasked(1, 4096, 256, 1024, 0);
  }

  private static void groupedAgainstMasked(
      int batch, int length, int dimension, int window, float cap) throws OrtException {
    Random random = new Random(1);
    Map<String, OnnxTensor> inputs = new LinkedHashMap<>();
    for (String name : List.of("q", "k", "v")) {
      int channels = (name.equals("q") ? HEADS : KV_HEADS) * dimension;
      FloatBuffer values = FloatPool.allocate(batch * length * channels);
      for (int i = 0; i < values.capacity(); i++) {
        values.put(i, (float) random.nextGaussian());
      }
      long[] shape = {batch, length, channels};
      inputs.put(name, OnnxTensor.createTensor(OnnxEnvironment.get(), values, shape));
    }
    double grouped = Double.MAX_VALUE;
    double masked = Double.MAX_VALUE;
    try (OrtSession one = session(true, dimension, window, cap);
        OrtSession other = session(false, dimension, window, cap)) {
      float[] found = new float[0];
      float[] wanted = new float[0];
      for (int run = 0; run < RUNS; run++) {
        long start = System.nanoTime();
        found = output(one, inputs);
        long middle = System.nanoTime();
        wanted = output(other, inputs);
        grouped = Math.min(grouped, (middle - start) / 1e6);
        masked = Math.min(masked, (System.nanoTime() - middle) / 1e6);
      }
      Bound.require("grouped against masked", Llama.relativeRms(found, wanted), 1e-6);
    } finally {
      inputs.values().forEach(OnnxTensor::close);
    }
    System.out.printf(
        "%d x %d tokens, heads of %d, window %d, cap %.0f: grouped %.0f ms, masked %.0f ms%n",
        batch, length, dimension, window, cap, grouped, masked);
  }

  private static float[] output(OrtSession session, Map<String, OnnxTensor> inputs)
      throws OrtException {
    try (OrtSession.Result result = session.run(inputs)) {
      FloatBuffer values = ((OnnxTensor) result.get(0)).getFloatBuffer();
      float[] copy = new float[values.remaining()];
      values.get(copy);
      return copy;
    }
  }

  private static OrtSession session(boolean grouped, int dimension, int window, float cap) {
    OnnxGraph graph = new OnnxGraph("window");
    graph.input("q", "batch", "length", HEADS * dimension);
    graph.input("k", "batch", "length", KV_HEADS * dimension);
    graph.input("v", "batch", "length", KV_HEADS * dimension);
    String sizes = graph.node("Shape", List.of("q"));
    String both = graph.node("Slice", List.of(sizes, graph.indices(0), graph.indices(2)));
    ScoreNodes scores = new ScoreNodes(graph, both);
    ScoreNodes.Heads heads = new ScoreNodes.Heads(HEADS, KV_HEADS);
    OptionalInt size = OptionalInt.of(window);
    List<AttributeProto> caps = cap > 0 ? List.of(attribute("softcap", cap)) : List.of();
    String y =
        grouped
            ? scores.grouped("q", "k", "v", size, heads, caps)
            : scores.standard("q", "k", "v", size, heads, caps);
    graph.output("y", "Identity", List.of(y));
    return OnnxEnvironment.session(graph.bytes(), Map.of(), 1, Scratch.KEPT);
  }
}
