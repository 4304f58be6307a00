package dev.foresight.onnx;

import java.util.Arrays;

/** Errors of sums against a reference, as relative RMS over channels. */
final class SumErrors {
  private SumErrors() {}

  /**
   * The worst of the four statistics; Σx cancels and is measured by Σ|x|.
   *
   * @param wanted [4, channels]: Σ|x|, Σx, Σx², max|x|
   */
  static double worst(BatchStatistics.Stratum found, float[] wanted) {
    int channels = found.sum().length;
    float[][] parts = new float[4][];
    for (int i = 0; i < parts.length; i++) {
      parts[i] = Arrays.copyOfRange(wanted, i * channels, (i + 1) * channels);
    }
    double cancelling =
        Llama.relativeRms(found.sum(), parts[1]) * length(parts[1]) / length(parts[0]);
    return Math.max(
        Math.max(Llama.relativeRms(found.sumAbs(), parts[0]), cancelling),
        Math.max(
            Llama.relativeRms(found.sumSquares(), parts[2]),
            Llama.relativeRms(found.maxAbs(), parts[3])));
  }

  private static double length(float[] values) {
    double squares = 0;
    for (float value : values) {
      squares += (double) value * value;
    }
    return Math.sqrt(squares);
  }
}
