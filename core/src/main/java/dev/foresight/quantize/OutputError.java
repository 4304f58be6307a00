package dev.foresight.quantize;

import dev.foresight.tensor.Matrix;

/** What a change of a linear's weights does to its outputs, as a mean over tokens. */
interface OutputError {
  /**
   * @param difference ΔW [out, in]
   */
  double of(Matrix difference);

  /** The same for changes of one group of input channels, all others kept. */
  GroupError ofGroup(int start, int size);

  /** The error of changes within a group. */
  interface GroupError {
    /**
     * @param differences [n, size], one change a row
     * @param errors [n], overwritten
     */
    void of(Matrix differences, double[] errors);
  }
}
