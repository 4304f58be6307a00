package dev.foresight.onnx;

import dev.foresight.sketch.ChannelSums;
import java.util.Arrays;

/** Errors of sums against a reference, as relative RMS over channels. */
public final class SumErrors {
  private SumErrors() {}

  /**
   * The worst of the four statistics; Σx cancels and is measured by Σ|x|.
   *
   * @param wanted [4, channels]: Σ|x|, Σx, Σx², max|x|
   */
  static double worst(ChannelSums found, float[] wanted) {
    int channels = found.channels();
    float[][] parts = new float[4][];
    for (int i = 0; i < parts.length; i++) {
      parts[i] = Arrays.copyOfRange(wanted, i * channels, (i + 1) * channels);
    }
    double cancelling =
        Llama.relativeRms(floats(found.sum()), parts[1]) * length(parts[1]) / length(parts[0]);
    return Math.max(
        Math.max(Llama.relativeRms(floats(found.sumAbs()), parts[0]), cancelling),
        Math.max(
            Llama.relativeRms(floats(found.sumSquare()), parts[2]),
            Llama.relativeRms(found.maxAbs(), parts[3])));
  }

  public static float[] floats(double[] values) {
    float[] floats = new float[values.length];
    for (int j = 0; j < floats.length; j++) {
      floats[j] = (float) values[j];
    }
    return floats;
  }

  private static double length(float[] values) {
    double squares = 0;
    for (float value : values) {
      squares += (double) value * value;
    }
    return Math.sqrt(squares);
  }
}
