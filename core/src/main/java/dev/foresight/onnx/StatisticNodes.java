package dev.foresight.onnx;

import static dev.foresight.onnx.OnnxGraph.attribute;

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
    String abs = graph.node("Abs", List.of(x));
    String square = graph.node("Mul", List.of(x, x));
    sum(role, "sum_abs", abs);
    sum(role, "sum", x);
    sum(role, "sum_squares", square);

    String later =
        graph.node("Gather", List.of(BlockGraph.STRATA, graph.indices(0)), attribute("axis", 0));
    String column = graph.node("Reshape", List.of(later, graph.indices(-1, 1)));
    String masked = graph.node("Mul", List.of(abs, column));
    graph.output(
        BlockGraph.output(role, "max_later"),
        "ReduceMax",
        List.of(masked, graph.indices(0)),
        dropAxes);

    String sequences = graph.threeAxes(abs, batchAndLength, role.channels(config));
    String first = graph.node("Gather", List.of(sequences, graph.indices(0)), attribute("axis", 1));
    graph.output(
        BlockGraph.output(role, "max_first"),
        "ReduceMax",
        List.of(first, graph.indices(0, 1)),
        dropAxes);

    graph.output(
        BlockGraph.output(role, "rows"),
        "Gather",
        List.of(x, BlockGraph.ROWS),
        attribute("axis", 0));
  }

  private void sum(Role role, String statistic, String x) {
    graph.output(BlockGraph.output(role, statistic), "MatMul", List.of(BlockGraph.STRATA, x));
  }
}
