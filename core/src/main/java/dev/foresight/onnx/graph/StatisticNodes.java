package dev.foresight.onnx.graph;

import static dev.foresight.onnx.graph.OnnxGraph.attribute;

import ai.onnx.proto.OnnxMl.AttributeProto;
import dev.foresight.model.ModelConfig;
import dev.foresight.model.Role;
import java.util.List;

/**
 * Measures the roles of a block: per role what a sketch needs of its input x [T, channels], apart
 * for the two strata. A product with a row of ones and zeros sums over tokens at the speed of a
 * matrix product, where ReduceSum would cost more than attention.
 */
final class StatisticNodes {
  private final OnnxGraph graph;
  private final ModelConfig config;

  StatisticNodes(OnnxGraph graph, ModelConfig config) {
    this.graph = graph;
    this.config = config;
  }

  void declareInputs() {
    graph.input(BlockGraph.STRATA, 2, "tokens");
    graph.indexInput(BlockGraph.ROWS, "k");
  }

  /** Adds the outputs of one role. */
  void measure(Role role, String x, String batchAndLength) {
    AttributeProto dropAxes = attribute("keepdims", 0);
    String first = first(x, batchAndLength, role.channels(config));
    String abs = graph.node("Abs", List.of(x));
    String firstAbs = graph.node("Abs", List.of(first));
    String square = graph.node("Mul", List.of(x, x));
    sum(role, "sum_abs", abs, firstAbs);
    sum(role, "sum", x, first);
    sum(role, "sum_squares", square, graph.node("Mul", List.of(first, first)));

    String column = graph.node("Reshape", List.of(later(), graph.indices(-1, 1)));
    String masked = graph.node("Mul", List.of(abs, column));
    graph.output(
        BlockGraph.output(role, "max_later"),
        "ReduceMax",
        List.of(masked, graph.indices(0)),
        dropAxes);
    graph.output(
        BlockGraph.output(role, "max_first"),
        "ReduceMax",
        List.of(firstAbs, graph.indices(0)),
        dropAxes);

    graph.output(
        BlockGraph.output(role, "rows"),
        "Gather",
        List.of(x, BlockGraph.ROWS),
        attribute("axis", 0));
  }

  /** The tokens at position 0, [batch, channels]. */
  private String first(String x, String batchAndLength, int channels) {
    String sequences = graph.threeAxes(x, batchAndLength, channels);
    String first = graph.node("Gather", List.of(sequences, graph.indices(0)), attribute("axis", 1));
    return graph.node("Reshape", List.of(first, graph.indices(-1, channels)));
  }

  /** Ones where a token is at a later position, [1, T]. */
  private String later() {
    return graph.node("Gather", List.of(BlockGraph.STRATA, graph.indices(0)), attribute("axis", 0));
  }

  /**
   * Sums of both strata, [2, channels]. One row of ones at a time: the product of two would first
   * lay all of x out anew.
   */
  private void sum(Role role, String statistic, String x, String first) {
    String laterSum = graph.node("MatMul", List.of(later(), x));
    String firstSum = graph.node("ReduceSum", List.of(first, graph.indices(0)));
    graph.output(
        BlockGraph.output(role, statistic),
        "Concat",
        List.of(laterSum, firstSum),
        attribute("axis", 0));
  }
}
