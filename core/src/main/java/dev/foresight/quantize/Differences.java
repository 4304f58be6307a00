package dev.foresight.quantize;

import dev.foresight.tensor.Matrix;

/** ΔW: what quantization changes of a linear, as seen from its unscaled inputs. */
final class Differences {
  private Differences() {}

  /** Q(W s)/s - W, of the grid alone: neither folding nor clip. */
  static Matrix ofScale(Matrix weights, float[] scale, Grid grid, int group) {
    Matrix difference = Matrix.zeros(weights.rows(), weights.columns());
    float[] values = difference.values();
    float[] inverse = inverse(scale);
    GroupFit fit = new GroupFit(grid);
    for (int start = 0; start < values.length; start += group) {
      int column = start % weights.columns();
      float low = 0;
      float high = 0;
      for (int j = 0; j < group; j++) {
        float weight = weights.values()[start + j] * scale[column + j];
        values[start + j] = weight;
        low = Math.min(low, weight);
        high = Math.max(high, weight);
      }
      fit.fit(low, high);
      for (int j = 0; j < group; j++) {
        float rounded = fit.level(values[start + j]) * fit.step;
        values[start + j] = Math.fma(rounded, inverse[column + j], -weights.values()[start + j]);
      }
    }
    return difference;
  }

  /** What is written, with the scales taken out again, minus W. */
  static Matrix ofStored(Matrix weights, QuantizedLinear stored, LinearScale scale) {
    Matrix difference = stored.dequantized();
    float[] values = difference.values();
    float[] inverse = inverse(scale.columns());
    for (int i = 0, at = 0; i < weights.rows(); i++) {
      for (int j = 0; j < weights.columns(); j++, at++) {
        values[at] = Math.fma(values[at] * scale.rows()[i], inverse[j], -weights.values()[at]);
      }
    }
    return difference;
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
