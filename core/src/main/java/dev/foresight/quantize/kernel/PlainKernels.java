package dev.foresight.quantize.kernel;

import java.util.Arrays;

/** Kernels by their definition: what {@link VectorKernels} must match bit for bit. */
public final class PlainKernels implements Kernels {
  private final float[] lanes = new float[Sums.LANES];
  private final float[] squares = new float[Sums.LANES];

  @Override
  public long range(float[] weights, int at, int length) {
    int below = 0;
    int above = 0;
    for (int j = 0; j < length; j++) {
      int bits = Float.floatToRawIntBits(weights[at + j]);
      above = Math.max(above, bits);
      below = Math.max(below, bits ^ Integer.MIN_VALUE);
    }
    return Range.of(below, above);
  }

  @Override
  public long range(float[] weights, int at, float[] scale, int column, int length) {
    int below = 0;
    int above = 0;
    for (int j = 0; j < length; j++) {
      int bits = Float.floatToRawIntBits(weights[at + j] * scale[column + j]);
      above = Math.max(above, bits);
      below = Math.max(below, bits ^ Integer.MIN_VALUE);
    }
    return Range.of(below, above);
  }

  @Override
  public float scaledError(
      float[] weights,
      int at,
      float[] scale,
      float[] inverse,
      float[] meanSquare,
      int column,
      int length,
      GroupFit fit) {
    Arrays.fill(lanes, 0);
    for (int j = 0; j < length; j++) {
      float change = scaledChange(weights[at + j], scale[column + j], inverse[column + j], fit);
      int lane = j & Sums.LANES - 1;
      lanes[lane] = Math.fma(change * change, meanSquare[column + j], lanes[lane]);
    }
    return Sums.tree(lanes);
  }

  @Override
  public float error(
      float[] weights, int at, float[] meanSquare, int column, int length, GroupFit fit) {
    Arrays.fill(lanes, 0);
    for (int j = 0; j < length; j++) {
      float change = change(weights[at + j], fit);
      int lane = j & Sums.LANES - 1;
      lanes[lane] = Math.fma(change * change, meanSquare[column + j], lanes[lane]);
    }
    return Sums.tree(lanes);
  }

  @Override
  public void scaledChanges(
      float[] weights,
      int at,
      float[] scale,
      float[] inverse,
      int column,
      int length,
      GroupFit fit,
      float[] into,
      int intoAt) {
    for (int j = 0; j < length; j++) {
      into[intoAt + j] = scaledChange(weights[at + j], scale[column + j], inverse[column + j], fit);
    }
  }

  @Override
  public void changes(
      float[] weights,
      int at,
      float[] inverse,
      int column,
      int length,
      GroupFit fit,
      float[] into,
      int intoAt) {
    for (int j = 0; j < length; j++) {
      into[intoAt + j] = change(weights[at + j], fit) * inverse[column + j];
    }
  }

  @Override
  public void leastSquares(
      float[] weights,
      int at,
      float[] meanSquare,
      int column,
      int length,
      GroupFit fit,
      float[] sums) {
    Arrays.fill(lanes, 0);
    Arrays.fill(squares, 0);
    for (int j = 0; j < length; j++) {
      float level = fit.level(weights[at + j]);
      float weighted = level * meanSquare[column + j];
      int lane = j & Sums.LANES - 1;
      lanes[lane] = Math.fma(weighted, weights[at + j], lanes[lane]);
      squares[lane] = Math.fma(weighted, level, squares[lane]);
    }
    sums[0] = Sums.tree(lanes);
    sums[1] = Sums.tree(squares);
  }

  @Override
  public void codes(float[] weights, int at, int length, GroupFit fit, byte[] codes) {
    for (int j = at; j < at + length; j++) {
      codes[j] = fit.code(weights[j]);
    }
  }

  @Override
  public RoundingKernels rounding() {
    return new PlainRounding();
  }

  @Override
  public float dot(float[] a, int fromA, float[] b, int fromB, int length) {
    return Sums.dot(a, fromA, b, fromB, length);
  }

  @Override
  public float weightedSquares(float[] d, int fromD, float[] weight, int fromWeight, int length) {
    return Sums.weightedSquares(d, fromD, weight, fromWeight, length);
  }

  /** Q(w s)/s - w of one weight. */
  static float scaledChange(float weight, float scale, float inverse, GroupFit fit) {
    return Math.fma(fit.level(weight * scale) * fit.step, inverse, -weight);
  }

  /** Q(w) - w of one weight. */
  static float change(float weight, GroupFit fit) {
    return Math.fma(fit.level(weight), fit.step, -weight);
  }
}
