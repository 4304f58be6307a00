package dev.foresight.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.foresight.model.Model;
import dev.foresight.model.Role;
import dev.foresight.onnx.OnnxEnvironment.Scratch;
import dev.foresight.onnx.graph.BlockGraph;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * One block with its weights in mapped memory. {@link #run} is safe for several threads; {@link
 * #close} must come after all of them.
 */
final class BlockSession implements AutoCloseable {
  private final OrtSession session;
  private final boolean statistics;

  private BlockSession(OrtSession session, boolean statistics) {
    this.session = session;
    this.statistics = statistics;
  }

  /**
   * @param graph what {@link BlockGraphs} built for this block
   * @param cache where its weights are, or are put
   */
  static BlockSession open(
      Model model, int block, byte[] graph, RunnerSettings settings, BlockCache cache)
      throws IOException {
    WeightLayout layout = new WeightLayout(graph);
    String file = cache.file(model, block, settings.precision(), layout);
    return new BlockSession(
        OnnxEnvironment.session(
            layout.graph(file),
            cache.folder(),
            settings.precision().repacks(),
            settings.threads(),
            Scratch.FREED),
        settings.statistics());
  }

  /**
   * Runs one batch.
   *
   * @param hidden [batch, length, hidden], direct
   * @param next where the block's output goes, the same shape, direct
   * @return what was measured, empty without statistics
   */
  Map<Role, BatchStatistics> run(BatchInputs inputs, FloatBuffer hidden, FloatBuffer next) {
    Map<String, OnnxTensor> fed = new HashMap<>();
    try (OnnxTensor in = inputs.hidden(hidden);
        OnnxTensor out = inputs.hidden(next)) {
      fed.putAll(inputs.shared(session.getInputNames()));
      fed.put(BlockGraph.HIDDEN, in);
      Set<String> measured = new HashSet<>(session.getOutputNames());
      measured.remove(BlockGraph.NEXT);
      try (OrtSession.Result result = session.run(fed, measured, Map.of(BlockGraph.NEXT, out))) {
        return statistics ? statistics(result, inputs) : Map.of();
      }
    } catch (OrtException e) {
      throw new OnnxException("ONNX Runtime fails to run a block", e);
    }
  }

  private static Map<Role, BatchStatistics> statistics(
      OrtSession.Result result, BatchInputs inputs) {
    Map<Role, BatchStatistics> statistics = new EnumMap<>(Role.class);
    for (Role role : Role.values()) {
      float[] sumAbs = floats(result, role, "sum_abs");
      float[] sum = floats(result, role, "sum");
      float[] squares = floats(result, role, "sum_squares");
      BatchStatistics.Stratum later =
          new BatchStatistics.Stratum(
              inputs.tokens() - inputs.sequences(),
              half(sumAbs, 0),
              half(sum, 0),
              half(squares, 0),
              floats(result, role, "max_later"));
      BatchStatistics.Stratum first =
          new BatchStatistics.Stratum(
              inputs.sequences(),
              half(sumAbs, 1),
              half(sum, 1),
              half(squares, 1),
              floats(result, role, "max_first"));
      statistics.put(role, new BatchStatistics(later, first, floats(result, role, "rows")));
    }
    return statistics;
  }

  private static float[] half(float[] values, int which) {
    int half = values.length / 2;
    return Arrays.copyOfRange(values, which * half, (which + 1) * half);
  }

  private static float[] floats(OrtSession.Result result, Role role, String statistic) {
    OnnxTensor tensor = (OnnxTensor) result.get(BlockGraph.output(role, statistic)).orElseThrow();
    float[] values = new float[(int) tensor.getInfo().getNumElements()];
    tensor.getFloatBuffer().get(values);
    return values;
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
