package dev.foresight.quantize.kernel;

/**
 * The loops of compensated rounding. As with {@link Kernels}, every implementation gives the same
 * bits: each number comes of one chain of fma in a fixed order.
 */
public interface RoundingKernels {
  /**
   * Rounds a tile column by column, and passes each column's error on to those behind it. With t
   * the targets, column k becomes the code nearest to t_k; its error e_k is weight minus what it
   * was rounded to; and t_j grows by e_k u_kj for all j behind k.
   *
   * @param columns of the tile that are in use
   * @param unit u, [columns, columns], of which the part above the diagonal is read
   */
  void feedBack(RoundingTile tile, int columns, float[] unit);

  /**
   * Goes over the codes of one group of one row once, in order, and gives each the code that leaves
   * the least error while all others stay. With Q the rounded row, W the weights and H their
   * products, r = (W - Q) H is kept up to date.
   *
   * @param levels {@code code - zero} of the group from {@code at} on, overwritten
   * @param residual r of the whole row, from {@code row} on, overwritten
   * @param products H, [columns, columns]
   * @param inverse 1 / H_kk
   * @param column the group's first
   * @param length columns of the group
   * @param fit step and zero point of the group
   * @return how many codes changed
   */
  int descend(
      float[] levels,
      int at,
      float[] residual,
      int row,
      float[] products,
      float[] inverse,
      int column,
      int length,
      GroupFit fit);

  /** {@code sums[i] += terms[from + i]}, for sums from {@code at} on. */
  void add(float[] terms, int from, float[] sums, int at, int length);
}
