package dev.foresight.onnx;

/**
 * What one batch taught about a role of a block, as the graph computed it, in fp32.
 *
 * @param later sums over the tokens at positions 1 and above
 * @param first sums over the tokens at position 0, whose activations are huge
 * @param rows inputs of the selected tokens in order of selection, [k, channels]
 */
@SuppressWarnings("ArrayRecordComponent") // added to a sketch and dropped, never compared
public record BatchStatistics(Stratum later, Stratum first, float[] rows) {
  /** Number of channels. */
  public int channels() {
    return later.sum().length;
  }

  /** Whether all sums are finite, and with them every activation of the batch. */
  boolean finite() {
    return later.finite() && first.finite();
  }

  /**
   * Sums over tokens t of one stratum, per channel.
   *
   * @param tokens how many were summed
   * @param sumAbs Σ|x|
   * @param sum Σx
   * @param sumSquares Σx²
   * @param maxAbs max|x|, 0 where there are no tokens
   */
  @SuppressWarnings("ArrayRecordComponent") // as above
  public record Stratum(
      long tokens, float[] sumAbs, float[] sum, float[] sumSquares, float[] maxAbs) {
    private boolean finite() {
      for (int channel = 0; channel < sum.length; channel++) {
        // NaN and infinity survive both sums; squares overflow first
        if (!Float.isFinite(sumAbs[channel]) || !Float.isFinite(sumSquares[channel])) {
          return false;
        }
      }
      return true;
    }
  }
}
