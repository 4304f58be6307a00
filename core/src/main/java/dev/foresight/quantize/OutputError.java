package dev.foresight.quantize;

import dev.foresight.quantize.kernel.GroupFit;
import dev.foresight.quantize.kernel.Kernels;
import dev.foresight.quantize.kernel.RowWorkers;

/**
 * What a change of a linear's weights does to its outputs, as a mean over tokens. Safe for several
 * threads.
 */
interface OutputError extends AutoCloseable {
  /**
   * @param rows outputs of the linear
   * @param columns input channels
   * @param changes ΔW [rows, columns]
   */
  double of(int rows, int columns, Changes changes, RowWorkers workers);

  /**
   * Compares ways to round single groups.
   *
   * @param scale what columns were multiplied by
   * @param group input channels of a group
   * @param most how many ways are compared at once
   */
  Trial trial(Kernels kernels, float[] scale, int group, int most);

  @Override
  default void close() {}

  /**
   * Ways to round groups of the same input channels, each with all other weights kept. For one
   * thread.
   */
  interface Trial {
    /** Begins anew, with groups from this column on. */
    void start(int column);

    /**
     * Adds a way.
     *
     * @param scaled weights, scales multiplied in
     * @param at index of the group's first
     * @param fit how they would be rounded
     */
    void add(float[] scaled, int at, GroupFit fit);

    /**
     * @param errors overwritten: one per way, in the order in which they were added
     */
    void judge(double[] errors);
  }
}
