package dev.foresight.onnx.graph;

import static dev.foresight.onnx.graph.OnnxGraph.attribute;

import dev.foresight.model.Role;
import dev.foresight.sketch.Rows;
import dev.foresight.sketch.Statistic;
import java.util.List;
import java.util.Set;

/** The inputs of the sampled tokens, [k, channels]. */
final class RowsNodes implements StatisticNodes {
  private final Set<Role> roles;

  /** Of all roles. */
  RowsNodes() {
    this(Role.values());
  }

  /** Of some roles. */
  RowsNodes(Role... roles) {
    this.roles = Set.of(roles);
  }

  @Override
  public Statistic<?> statistic() {
    return Rows.ROWS;
  }

  @Override
  public void ofRole(MeasuredGraph measured, Role role, String x) {
    if (roles.contains(role)) {
      measured.output(
          role.key(),
          Rows.ROWS.name(),
          "Gather",
          List.of(x, measured.rows()),
          attribute("axis", 0));
    }
  }
}
