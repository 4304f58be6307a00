package dev.foresight.onnx.graph;

import static dev.foresight.onnx.graph.OnnxGraph.attribute;

import dev.foresight.model.BlockNorms;
import dev.foresight.sketch.Statistic;
import dev.foresight.sketch.Tokens;
import java.util.ArrayList;
import java.util.List;

/**
 * Scalars of the sampled tokens, [k, 2 or 4]: mean square of the residual stream behind the block,
 * attention that the token receives in it, and where norms follow the sublayers the mean squares of
 * what those norm.
 *
 * <p>Attention received is the mean over the heads and those queries of the sequence whose
 * probabilities are known, times the length: their sum over all queries where all are known. A
 * product with a row of equal numbers sums at the speed at which memory is read.
 */
final class TokensNodes implements StatisticNodes {
  @Override
  public Statistic<?> statistic() {
    return Tokens.TOKENS;
  }

  @Override
  public boolean ofAttention() {
    return true;
  }

  @Override
  public void ofBlock(MeasuredGraph measured, BlockValues values) {
    BlockNorms norms = measured.norms();
    List<String> columns = new ArrayList<>();
    columns.add(meanSquare(measured, values.out()));
    columns.add(received(measured, values.probabilities()));
    if (norms.afterAttention().isPresent() && norms.afterMlp().isPresent()) {
      columns.add(meanSquare(measured, values.attended()));
      columns.add(meanSquare(measured, values.mixed()));
    }
    measured.output(Statistic.BLOCK, Tokens.TOKENS.name(), "Concat", columns, attribute("axis", 1));
  }

  /** Of each sampled token over its channels, [k, 1]. */
  private static String meanSquare(MeasuredGraph measured, String x) {
    OnnxGraph graph = measured.graph();
    String rows = graph.node("Gather", List.of(x, measured.rows()), attribute("axis", 0));
    String square = graph.node("Mul", List.of(rows, rows));
    return graph.node("ReduceMean", List.of(square, graph.indices(1)));
  }

  /** Attention that each sampled token receives, mean over the heads, [k, 1]. */
  private static String received(MeasuredGraph measured, String probabilities) {
    OnnxGraph graph = measured.graph();
    String length = graph.node("Gather", List.of(measured.batchAndLength(), graph.indices(1)));
    String matrix =
        concat(graph, graph.indices(0, -1), length); // rows of all heads, one after other
    String all = graph.node("Reshape", List.of(probabilities, matrix));
    String sizes = graph.node("Shape", List.of(all));
    String rows = graph.node("Gather", List.of(sizes, graph.indices(1)), attribute("axis", 0));
    String each = graph.node("Div", List.of(number(graph, length), number(graph, rows)));
    String row = graph.node("Expand", List.of(each, concat(graph, graph.indices(1), rows)));
    String sums = graph.node("MatMul", List.of(row, all)); // [batch, 1, length]
    String tokens = graph.node("Reshape", List.of(sums, graph.indices(-1, 1)));
    return graph.node("Gather", List.of(tokens, measured.rows()), attribute("axis", 0));
  }

  private static String number(OnnxGraph graph, String size) {
    return graph.node("Cast", List.of(size), attribute("to", OnnxGraph.FLOAT32));
  }

  private static String concat(OnnxGraph graph, String... sizes) {
    return graph.node("Concat", List.of(sizes), attribute("axis", 0));
  }
}
