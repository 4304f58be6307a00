package dev.foresight.onnx.graph;

import static dev.foresight.onnx.graph.OnnxGraph.attribute;

import dev.foresight.model.Role;
import dev.foresight.sketch.Rows;
import dev.foresight.sketch.Statistic;
import java.util.List;

/** The inputs of the sampled tokens, [k, channels]. */
final class RowsNodes implements StatisticNodes {
  @Override
  public Statistic<?> statistic() {
    return Rows.ROWS;
  }

  @Override
  public void ofRole(MeasuredGraph measured, Role role, String x) {
    measured.output(
        role.key(), Rows.ROWS.name(), "Gather", List.of(x, measured.rows()), attribute("axis", 0));
  }
}
