package dev.foresight.quantize.kernel;

/**
 * Sums whose bits do not depend on how they are computed: element j goes to partial sum j mod 16 by
 * fma, and the partial sums meet in one fixed tree. Sixteen is a register of AVX-512, two of AVX2.
 */
public final class Sums {
  static final int LANES = 16;

  private Sums() {}

  /** Σ_j a_j b_j over {@code length} elements. */
  public static float dot(float[] a, int fromA, float[] b, int fromB, int length) {
    float[] lanes = new float[LANES];
    for (int j = 0; j < length; j++) {
      int lane = j & LANES - 1;
      lanes[lane] = Math.fma(a[fromA + j], b[fromB + j], lanes[lane]);
    }
    return tree(lanes);
  }

  /** Σ_j weight_j d_j² over {@code length} elements. */
  public static float weightedSquares(
      float[] d, int fromD, float[] weight, int fromWeight, int length) {
    float[] lanes = new float[LANES];
    for (int j = 0; j < length; j++) {
      int lane = j & LANES - 1;
      float x = d[fromD + j];
      lanes[lane] = Math.fma(x * x, weight[fromWeight + j], lanes[lane]);
    }
    return tree(lanes);
  }

  /** Lane i + width is added to lane i, for widths 8, 4, 2, 1. */
  static float tree(float[] x) {
    float a = x[0] + x[8] + (x[4] + x[12]);
    float b = x[1] + x[9] + (x[5] + x[13]);
    float c = x[2] + x[10] + (x[6] + x[14]);
    float d = x[3] + x[11] + (x[7] + x[15]);
    return a + c + (b + d);
  }
}
