package dev.foresight.quantize.compensate;

import dev.foresight.quantize.kernel.GroupFit;
import dev.foresight.quantize.plan.Grid;
import dev.foresight.tensor.Matrix;
import java.util.Arrays;

/**
 * Some rows of a linear while they are rounded, channels in their own order: weights, what each
 * group is rounded by, levels (code - zero), and (W - Q) H. For one thread.
 */
final class RowChunk {
  final Grid grid;
  final int rows;
  final int columns;
  final int group;
  final int groups; // of a row
  final float[] weights;
  final float[] steps; // [rows, groups]
  final byte[] zeros;
  final float[] levels;
  final float[] residual;

  /**
   * @param linear scaled weights
   * @param from first row
   * @param allSteps one per group of the linear
   * @param allZeros likewise
   */
  RowChunk(
      Matrix linear, Grid grid, int group, int from, int rows, float[] allSteps, byte[] allZeros) {
    this.grid = grid;
    this.rows = rows;
    this.group = group;
    columns = linear.columns();
    groups = columns / group;
    int to = from + rows;
    weights = Arrays.copyOfRange(linear.values(), from * columns, to * columns);
    steps = Arrays.copyOfRange(allSteps, from * groups, to * groups);
    zeros = Arrays.copyOfRange(allZeros, from * groups, to * groups);
    levels = new float[rows * columns];
    residual = new float[rows * columns];
  }

  /** Sets step and zero point of a group, by its index among all of the chunk. */
  void use(GroupFit fit, int index) {
    fit.use(steps[index], zero(index));
  }

  int zero(int index) {
    return Byte.toUnsignedInt(zeros[index]);
  }

  /** Writes unsigned codes to the linear's, from {@code at} on. */
  void codes(byte[] codes, int at) {
    for (int i = 0; i < levels.length; i++) {
      codes[at + i] = (byte) ((int) levels[i] + zero(i / group));
    }
  }

  /** W - Q. */
  float[] errors() {
    float[] errors = new float[levels.length];
    for (int i = 0; i < errors.length; i++) {
      errors[i] = weights[i] - levels[i] * steps[i / group];
    }
    return errors;
  }
}
