package dev.foresight.quantize.kernel;

/**
 * The loops over the weights of one group: what scales, rounds and sums in one pass, without
 * temporaries.
 *
 * <p>Every implementation gives the same bits. Sums go as in {@link Sums}; the largest of a group
 * is found among the floats' bit patterns, which order non-negative floats as integers do; codes
 * are clamped likewise, as the bits of {@code w / step + 1.5 · 2^23}. Both take one instruction
 * where Java's {@code Math.max} of floats takes seven, for the sake of NaN and -0.
 *
 * <p>An instance keeps scratch memory: one thread at a time.
 */
public interface Kernels {
  /** System property: {@code plain} keeps jdk.incubator.vector out even where the module is. */
  String PROPERTY = "foresight.kernels";

  /** The fastest that this JVM has: vectors where the module was added and has 8 or 16 lanes. */
  static Kernels open() {
    return Choice.VECTORS ? new VectorKernels() : new PlainKernels();
  }

  /** Decided once: all results of a process come from one kind of kernels. */
  final class Choice {
    static final boolean VECTORS =
        !"plain".equals(System.getProperty(PROPERTY))
            && ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent()
            && VectorKernels.fits();

    private Choice() {}
  }

  /**
   * The range of {@code length} weights around 0, see {@link Range}.
   *
   * @param at index of the first
   */
  long range(float[] weights, int at, int length);

  /**
   * The range of weights times the scale of their columns.
   *
   * @param column index of the first one's scale
   */
  long range(float[] weights, int at, float[] scale, int column, int length);

  /**
   * Σ_j m_j (Q(w_j s_j) / s_j - w_j)², an fp32 sum by {@link Sums}.
   *
   * @param inverse 1 / s
   * @param meanSquare m
   * @param fit the grid of this group
   */
  float scaledError(
      float[] weights,
      int at,
      float[] scale,
      float[] inverse,
      float[] meanSquare,
      int column,
      int length,
      GroupFit fit);

  /** Σ_j m_j (Q(w_j) - w_j)². */
  float error(float[] weights, int at, float[] meanSquare, int column, int length, GroupFit fit);

  /** Q(w_j s_j) / s_j - w_j, written to {@code into} from {@code intoAt} on. */
  void scaledChanges(
      float[] weights,
      int at,
      float[] scale,
      float[] inverse,
      int column,
      int length,
      GroupFit fit,
      float[] into,
      int intoAt);

  /** (Q(w_j) - w_j) / s_j, written to {@code into} from {@code intoAt} on. */
  void changes(
      float[] weights,
      int at,
      float[] inverse,
      int column,
      int length,
      GroupFit fit,
      float[] into,
      int intoAt);

  /**
   * What decides the step that suits given codes best: with l_j = code - zero, Σ_j m_j w_j l_j goes
   * to {@code sums[0]} and Σ_j m_j l_j² to {@code sums[1]}.
   */
  void leastSquares(
      float[] weights,
      int at,
      float[] meanSquare,
      int column,
      int length,
      GroupFit fit,
      float[] sums);

  /** Unsigned codes, written to the same places. */
  void codes(float[] weights, int at, int length, GroupFit fit, byte[] codes);

  /** {@link Sums#dot}. */
  float dot(float[] a, int fromA, float[] b, int fromB, int length);

  /** The loops of compensated rounding, of the same kind. */
  RoundingKernels rounding();

  /** {@link Sums#weightedSquares}. */
  float weightedSquares(float[] d, int fromD, float[] weight, int fromWeight, int length);
}
