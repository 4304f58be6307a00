package dev.foresight.quantize;

import dev.foresight.quantize.kernel.GroupFit;
import dev.foresight.quantize.kernel.Kernels;
import dev.foresight.quantize.kernel.RowWorkers;

/**
 * Σ_ij E[x_j²] ΔW_ij²: fp32 within a group, fp64 beyond.
 *
 * @param meanSquare E[x_j²], one per input channel
 * @param group channels that are summed in fp32
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
record DiagonalError(float[] meanSquare, int group) implements OutputError {
  private static final int AT_ONCE = 32;

  @Override
  public double of(int rows, int columns, Changes changes, RowWorkers workers) {
    return workers
        .sum(
            rows,
            AT_ONCE,
            (kernels, from, count) -> {
              float[] values = new float[count * columns];
              changes.write(kernels, from, count, values);
              double error = 0;
              for (int at = 0; at < values.length; at += group) {
                error += kernels.weightedSquares(values, at, meanSquare, at % columns, group);
              }
              return new double[] {error};
            })[0];
  }

  @Override
  public Trial trial(Kernels kernels, float[] scale, int size, int most) {
    float[] weights = perScaled(scale);
    float[] found = new float[most];
    return new Trial() {
      private int column;
      private int count;

      @Override
      public void start(int from) {
        column = from;
        count = 0;
      }

      @Override
      public void add(float[] scaled, int at, GroupFit fit) {
        found[count++] = kernels.error(scaled, at, weights, column, size, fit);
      }

      @Override
      public void judge(double[] errors) {
        for (int i = 0; i < count; i++) {
          errors[i] = found[i];
        }
      }
    };
  }

  /** E[x_j²] / s_j²: what a change of a scaled weight counts. */
  float[] perScaled(float[] scale) {
    float[] weights = new float[scale.length];
    for (int j = 0; j < weights.length; j++) {
      weights[j] = meanSquare[j] / scale[j] / scale[j];
    }
    return weights;
  }
}
