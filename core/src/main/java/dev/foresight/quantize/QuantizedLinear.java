package dev.foresight.quantize;

import dev.foresight.Words;
import dev.foresight.quantize.plan.Grid;
import dev.foresight.tensor.Matrix;
import java.util.List;

/**
 * One weight matrix in codes: {@code W[i][j] = (code - zero) * step} of the group of (i, j). This
 * is what a container packs and what a reader must get back, bit for bit.
 *
 * @param rows output features
 * @param columns input channels, a multiple of {@code group}
 * @param group input channels that share a step
 * @param grid what codes and steps were rounded to
 * @param codes unsigned codes, [rows, columns]
 * @param steps [rows, columns / group], values of the grid's step type
 * @param zeros zero points, [rows, columns / group], unsigned
 */
@SuppressWarnings("ArrayRecordComponent") // identity is meant: two weights are never compared
public record QuantizedLinear(
    int rows, int columns, int group, Grid grid, byte[] codes, float[] steps, byte[] zeros) {
  public QuantizedLinear {
    int groups = columns / group;
    if (columns % group != 0
        || codes.length != rows * columns
        || steps.length != rows * groups
        || zeros.length != rows * groups) {
      throw new IllegalArgumentException(
          Words.format(
              "%d codes, %d steps and %d zero points do not make %d x %d in groups of %d",
              codes.length, steps.length, zeros.length, rows, columns, group));
    }
  }

  /**
   * One matrix of some, the rows of the first on top.
   *
   * @param parts at least one, all of the same columns, groups and grid
   */
  static QuantizedLinear stacked(List<QuantizedLinear> parts) {
    QuantizedLinear first = parts.get(0);
    if (parts.size() == 1) {
      return first;
    }
    int rows = parts.stream().mapToInt(QuantizedLinear::rows).sum();
    int groups = first.columns / first.group;
    byte[] codes = new byte[rows * first.columns];
    float[] steps = new float[rows * groups];
    byte[] zeros = new byte[rows * groups];
    int row = 0;
    for (QuantizedLinear part : parts) {
      System.arraycopy(part.codes, 0, codes, row * first.columns, part.codes.length);
      System.arraycopy(part.steps, 0, steps, row * groups, part.steps.length);
      System.arraycopy(part.zeros, 0, zeros, row * groups, part.zeros.length);
      row += part.rows;
    }
    return new QuantizedLinear(rows, first.columns, first.group, first.grid, codes, steps, zeros);
  }

  /** The weights that a reader of the file computes, in fp32. */
  public Matrix dequantized() {
    Matrix weights = Matrix.zeros(rows, columns);
    float[] values = weights.values();
    for (int start = 0, g = 0; start < values.length; start += group, g++) {
      float step = steps[g];
      int zero = Byte.toUnsignedInt(zeros[g]);
      for (int j = start; j < start + group; j++) {
        values[j] = (Byte.toUnsignedInt(codes[j]) - zero) * step;
      }
    }
    return weights;
  }
}
