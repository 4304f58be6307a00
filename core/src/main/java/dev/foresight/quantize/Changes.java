package dev.foresight.quantize;

import dev.foresight.quantize.fold.LinearScale;
import dev.foresight.quantize.kernel.GroupFit;
import dev.foresight.quantize.kernel.Kernels;
import dev.foresight.quantize.plan.Grid;
import dev.foresight.tensor.Matrix;

/** ΔW of a linear, computed a few rows at a time: what quantization changes. */
@FunctionalInterface
public interface Changes {
  /**
   * @param from first row
   * @param rows how many
   * @param into [rows, in], overwritten
   */
  void write(Kernels kernels, int from, int rows, float[] into);

  /** Q(W s)/s - W, of the grid alone: neither folding nor clip. */
  static Changes ofScale(Matrix weights, float[] scale, Grid grid, int group) {
    float[] inverse = inverse(scale);
    int columns = weights.columns();
    return (kernels, from, rows, into) -> {
      GroupFit fit = new GroupFit(grid);
      float[] values = weights.values();
      int start = from * columns;
      for (int at = start; at < start + rows * columns; at += group) {
        int column = at % columns;
        fit.fit(kernels.range(values, at, scale, column, group));
        kernels.scaledChanges(values, at, scale, inverse, column, group, fit, into, at - start);
      }
    };
  }

  /**
   * Q(W s)/s - W, by steps that were chosen for W s.
   *
   * @param chosen steps of W s, one per group
   */
  static Changes ofSteps(Matrix weights, float[] scale, Grid grid, int group, GroupSteps chosen) {
    float[] inverse = inverse(scale);
    int columns = weights.columns();
    return (kernels, from, rows, into) -> {
      GroupFit fit = new GroupFit(grid);
      int start = from * columns;
      for (int at = start; at < start + rows * columns; at += group) {
        int g = at / group;
        fit.use(chosen.steps()[g], Byte.toUnsignedInt(chosen.zeros()[g]));
        kernels.scaledChanges(
            weights.values(), at, scale, inverse, at % columns, group, fit, into, at - start);
      }
    };
  }

  /** What is written, with the scales taken out again, minus W. */
  static Changes ofStored(Matrix weights, QuantizedLinear stored, LinearScale scale) {
    float[] inverse = inverse(scale.columns());
    int columns = weights.columns();
    int groups = columns / stored.group();
    return (kernels, from, rows, into) -> {
      float[] values = weights.values();
      for (int i = from, at = 0; i < from + rows; i++) {
        for (int j = 0; j < columns; j++, at++) {
          int g = i * groups + j / stored.group();
          int code = Byte.toUnsignedInt(stored.codes()[i * columns + j]);
          float back = (code - Byte.toUnsignedInt(stored.zeros()[g])) * stored.steps()[g];
          into[at] = Math.fma(back * scale.rows()[i], inverse[j], -values[i * columns + j]);
        }
      }
    };
  }

  /** 1 / s. */
  static float[] inverse(float[] scale) {
    float[] inverse = new float[scale.length];
    for (int j = 0; j < inverse.length; j++) {
      inverse[j] = 1 / scale[j];
    }
    return inverse;
  }
}
