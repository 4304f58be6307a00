package dev.foresight.model;

/**
 * Rotary position embedding: which angle each pair of a head's channels turns by per position.
 *
 * @param theta base of the angles
 * @param share of a head's channels that turn, the first ones; 1 for all
 * @param scaling how the angles of a longer context are derived from them
 */
public record Rope(double theta, double share, RopeScaling scaling) {
  /** One that turns whole heads. */
  public Rope(double theta, RopeScaling scaling) {
    this(theta, 1, scaling);
  }

  /** Channels of a head that turn, even. */
  public int channels(int headDimension) {
    return (int) (headDimension * share);
  }

  /**
   * Angle per position of each channel pair, [channels / 2], with the roundings to fp32 that
   * transformers 5.23 makes ({@code modeling_rope_utils.py}).
   *
   * @param length of the sequence, which some kinds of scaling heed
   */
  public float[] inverseFrequencies(int headDimension, int length) {
    int channels = channels(headDimension);
    float[] frequencies = new float[channels / 2];
    for (int i = 0; i < frequencies.length; i++) {
      float exponent = 2f * i / channels;
      frequencies[i] = (float) StrictMath.pow(theta, exponent);
    }
    return scaling.angles(frequencies, theta, length);
  }
}
