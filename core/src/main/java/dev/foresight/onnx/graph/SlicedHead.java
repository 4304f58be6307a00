package dev.foresight.onnx.graph;

import dev.foresight.model.Model;
import dev.foresight.model.ModelConfig;
import java.util.List;

/**
 * The graph from hidden states behind the last block to all logits, with the output head as weights
 * of its own, in slices of the vocabulary that are each converted on their own: the whole of a
 * large head in fp32 would not fit into an array.
 */
public final class SlicedHead {
  /** Hidden states, [P, hidden]. */
  public static final String HIDDEN = "hidden";

  /** Name of the weight of the norm. */
  public static final String NORM = "norm";

  private static final int SLICE_ELEMENTS = 1 << 24;
  private static final String PREFIX = "head.";

  private SlicedHead() {}

  /** The graph; its outputs are {@link #logits} of each slice. */
  public static byte[] build(Model model, LinearNodes linears) {
    ModelConfig config = model.config();
    OnnxGraph graph = new OnnxGraph("head");
    graph.input(HIDDEN, "positions", config.hidden());
    String x = BlockGraph.rmsNorm(graph, HIDDEN, model.architecture().finalNorm(), NORM, config);
    for (int slice = 0; slice < slices(config); slice++) {
      String path = PREFIX + slice;
      String y =
          linears.add(
              graph,
              x,
              new LinearNodes.Linear(
                  path, tokens(path + ".weight", config), config.hidden(), false));
      graph.output(logits(slice), "Identity", List.of(HeadGraph.capped(graph, y, config)));
    }
    return graph.bytes();
  }

  /** Slices of the vocabulary. */
  public static int slices(ModelConfig config) {
    return (config.vocabulary() + sliceTokens(config) - 1) / sliceTokens(config);
  }

  /** Name of a slice's logits, [P, its tokens]. */
  public static String logits(int slice) {
    return "logits." + slice;
  }

  /** The first token of the slice that a weight holds. */
  public static int firstToken(String weight, ModelConfig config) {
    int slice = Integer.parseInt(weight.substring(PREFIX.length(), weight.lastIndexOf('.')));
    return slice * sliceTokens(config);
  }

  /** Tokens of the slice that a weight holds. */
  public static int tokens(String weight, ModelConfig config) {
    return Math.min(sliceTokens(config), config.vocabulary() - firstToken(weight, config));
  }

  private static int sliceTokens(ModelConfig config) {
    return Math.max(1, SLICE_ELEMENTS / config.hidden());
  }
}
