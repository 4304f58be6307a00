package dev.foresight.onnx.graph;

import static dev.foresight.onnx.graph.OnnxGraph.attribute;

import dev.foresight.sketch.Rows;
import dev.foresight.sketch.Statistic;
import java.util.List;

/** Nodes of the block and of no role: the residual stream behind it, of sampled tokens. */
public final class ResidualNodes implements StatisticNodes {
  @Override
  public Statistic<?> statistic() {
    return Rows.ROWS;
  }

  @Override
  public void ofBlock(MeasuredGraph measured, BlockValues values) {
    measured.output(
        Statistic.BLOCK,
        "residual",
        "Gather",
        List.of(values.out(), measured.rows()),
        attribute("axis", 0));
  }
}
