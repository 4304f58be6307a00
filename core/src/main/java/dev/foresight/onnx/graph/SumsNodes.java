package dev.foresight.onnx.graph;

import static dev.foresight.onnx.graph.OnnxGraph.attribute;

import dev.foresight.model.Role;
import dev.foresight.sketch.Statistic;
import dev.foresight.sketch.Sums;
import java.util.List;

/**
 * Sums over the tokens of either stratum, [2, channels]: positions 1 and later, then position 0. A
 * product with a row of ones and zeros sums over tokens at the speed of a matrix product, where
 * ReduceSum would cost more than attention.
 */
final class SumsNodes implements StatisticNodes {
  @Override
  public Statistic<?> statistic() {
    return Sums.SUMS;
  }

  @Override
  public void ofRole(MeasuredGraph measured, Role role, String x) {
    OnnxGraph graph = measured.graph();
    String first = measured.first(x, role.channels(measured.config()));
    String abs = graph.node("Abs", List.of(x));
    String firstAbs = graph.node("Abs", List.of(first));
    String square = graph.node("Mul", List.of(x, x));
    sum(measured, role, Sums.SUM_ABS, abs, firstAbs);
    sum(measured, role, Sums.SUM, x, first);
    sum(measured, role, Sums.SUM_SQUARE, square, graph.node("Mul", List.of(first, first)));

    String column = graph.node("Reshape", List.of(measured.rest(), graph.indices(-1, 1)));
    String masked = graph.node("Mul", List.of(abs, column));
    strata(
        measured,
        role,
        Sums.MAX_ABS,
        graph.node("ReduceMax", List.of(masked, graph.indices(0))),
        graph.node("ReduceMax", List.of(firstAbs, graph.indices(0))));
  }

  /** One row of ones at a time: the product of two would first lay all of x out anew. */
  private static void sum(MeasuredGraph measured, Role role, String name, String x, String first) {
    OnnxGraph graph = measured.graph();
    String restSum = graph.node("MatMul", List.of(measured.rest(), x));
    String firstSum = graph.node("ReduceSum", List.of(first, graph.indices(0)));
    strata(measured, role, name, restSum, firstSum);
  }

  private static void strata(
      MeasuredGraph measured, Role role, String name, String rest, String first) {
    measured.output(role.key(), name, "Concat", List.of(rest, first), attribute("axis", 0));
  }
}
