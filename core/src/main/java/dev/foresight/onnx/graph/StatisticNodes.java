package dev.foresight.onnx.graph;

import dev.foresight.model.Role;
import dev.foresight.sketch.Statistic;

/**
 * The nodes of a block's graph that measure one statistic: named outputs of the roles, or of the
 * block, that {@link Statistic#collector} reads.
 */
public interface StatisticNodes {
  /** What they measure. */
  Statistic<?> statistic();

  /** Whether they read the probabilities of attention, which are else not kept. */
  default boolean ofAttention() {
    return false;
  }

  /**
   * Adds the outputs of one role.
   *
   * @param x what its linears read, [T, channels]
   */
  default void ofRole(MeasuredGraph graph, Role role, String x) {}

  /** Adds the outputs of the block. */
  default void ofBlock(MeasuredGraph graph, BlockValues values) {}
}
