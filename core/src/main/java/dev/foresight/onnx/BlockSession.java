package dev.foresight.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.foresight.model.Model;
import dev.foresight.model.Role;
import dev.foresight.onnx.OnnxEnvironment.Scratch;
import dev.foresight.onnx.graph.BlockGraph;
import dev.foresight.sketch.Measured;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * One block with its weights in mapped memory. {@link #run} is safe for several threads; {@link
 * #close} must come after all of them.
 */
final class BlockSession implements AutoCloseable {
  private static final List<String> ROLES = Stream.of(Role.values()).map(Role::key).toList();
  private static final Comparator<String> ROLES_FIRST =
      Comparator.comparing((String place) -> !ROLES.contains(place))
          .thenComparing(ROLES::indexOf)
          .thenComparing(Comparator.naturalOrder());

  private final OrtSession session;

  private BlockSession(OrtSession session) {
    this.session = session;
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
            Scratch.FREED));
  }

  /**
   * Runs one batch.
   *
   * @param hidden [batch, length, hidden], direct
   * @param next where the block's output goes, the same shape, direct
   * @return what the graph measured, by place: roles first, in their order; nothing if it doesn't
   */
  Map<String, Measured> run(BatchInputs inputs, FloatBuffer hidden, FloatBuffer next) {
    Map<String, OnnxTensor> fed = new HashMap<>();
    try (OnnxTensor in = inputs.hidden(hidden);
        OnnxTensor out = inputs.hidden(next)) {
      fed.putAll(inputs.shared(session.getInputNames()));
      fed.put(BlockGraph.HIDDEN, in);
      Set<String> wanted = new HashSet<>(session.getOutputNames());
      wanted.remove(BlockGraph.NEXT);
      try (OrtSession.Result result = session.run(fed, wanted, Map.of(BlockGraph.NEXT, out))) {
        return measured(result, wanted, inputs);
      }
    } catch (OrtException e) {
      throw new OnnxException("ONNX Runtime fails to run a block", e);
    }
  }

  /** The same of a graph that gives no residual stream, only what it measures. */
  Map<String, Measured> measure(BatchInputs inputs, FloatBuffer hidden) {
    try (OnnxTensor in = inputs.hidden(hidden)) {
      Map<String, OnnxTensor> fed = inputs.shared(session.getInputNames());
      fed.put(BlockGraph.HIDDEN, in);
      Set<String> wanted = session.getOutputNames();
      try (OrtSession.Result result = session.run(fed, wanted)) {
        return measured(result, wanted, inputs);
      }
    } catch (OrtException e) {
      throw new OnnxException("ONNX Runtime fails to run a block", e);
    }
  }

  private static Map<String, Measured> measured(
      OrtSession.Result result, Set<String> outputs, BatchInputs inputs) {
    Map<String, Map<String, float[]>> places = new TreeMap<>(ROLES_FIRST);
    for (String output : outputs) {
      int dot = output.lastIndexOf('.');
      places
          .computeIfAbsent(output.substring(0, dot), place -> new TreeMap<>())
          .put(output.substring(dot + 1), floats(result, output));
    }
    Map<String, Measured> measured = new LinkedHashMap<>();
    places.forEach(
        (place, values) ->
            measured.put(
                place, new Measured(inputs.sequences(), inputs.tokens(), inputs.rows(), values)));
    return measured;
  }

  private static float[] floats(OrtSession.Result result, String output) {
    OnnxTensor tensor = (OnnxTensor) result.get(output).orElseThrow();
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
