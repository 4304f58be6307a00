package dev.foresight.model;

import java.util.List;

/**
 * How rotary angles change for contexts longer than the first training saw. All arithmetic is in
 * fp32 and in the order of transformers 5.23, {@code modeling_rope_utils.py}.
 */
public sealed interface RopeScaling {
  /**
   * Angle per position of each channel pair, in radians.
   *
   * @param frequencies {@code theta ^ (2i / channels)} of pair i
   * @param theta base of the angles
   * @param length of the sequence
   */
  float[] angles(float[] frequencies, double theta, int length);

  /** What cosines and sines are multiplied by. */
  default double factorOfTable() {
    return 1;
  }

  /** Whether sequences of both lengths turn by the same angles. */
  default boolean sameAngles(int length, int otherLength) {
    return true;
  }

  /** Kind {@code default}: angles stay as they are. */
  record None() implements RopeScaling {
    @Override
    public float[] angles(float[] frequencies, double theta, int length) {
      float[] angles = new float[frequencies.length];
      for (int i = 0; i < angles.length; i++) {
        angles[i] = 1f / frequencies[i];
      }
      return angles;
    }
  }

  /**
   * Kind {@code linear}: all positions move closer together.
   *
   * @param factor how much longer the context became
   */
  record Linear(double factor) implements RopeScaling {
    @Override
    public float[] angles(float[] frequencies, double theta, int length) {
      float[] angles = new None().angles(frequencies, theta, length);
      for (int i = 0; i < angles.length; i++) {
        angles[i] /= (float) factor;
      }
      return angles;
    }
  }

  /**
   * Kind {@code llama3}: slow angles are divided, fast ones kept, those between blended.
   *
   * @param factor how much longer the context became
   * @param low periods above {@code originalPositions / low} are divided
   * @param high periods below {@code originalPositions / high} are kept
   * @param originalPositions context length of the first training, in tokens
   */
  record Llama3(double factor, double low, double high, int originalPositions)
      implements RopeScaling {
    @Override
    public float[] angles(float[] frequencies, double theta, int length) {
      float[] angles = new None().angles(frequencies, theta, length);
      for (int i = 0; i < angles.length; i++) {
        angles[i] = scaled(angles[i]);
      }
      return angles;
    }

    private float scaled(float angle) {
      float period = (float) (2 * Math.PI) / angle;
      if (period > (float) (originalPositions / low)) {
        return angle / (float) factor;
      }
      if (period < (float) (originalPositions / high)) {
        return angle;
      }
      float smooth = (originalPositions / period - (float) low) / (float) (high - low);
      return (1 - smooth) * angle / (float) factor + smooth * angle;
    }
  }

  /**
   * Kind {@code yarn} (arXiv 2309.00071): angles that turn often within the first training's
   * context are kept, those that turn seldom divided, with a ramp over the pairs between.
   *
   * @param factor how much longer the context became
   * @param fast turns within the original context from which an angle is kept
   * @param slow turns within it up to which an angle is divided
   * @param truncate whether the ends of the ramp are rounded outwards to whole pairs
   * @param originalPositions context length of the first training, in tokens
   * @param factorOfTable what cosines and sines are multiplied by
   */
  record Yarn(
      double factor,
      double fast,
      double slow,
      boolean truncate,
      int originalPositions,
      double factorOfTable)
      implements RopeScaling {
    @Override
    public float[] angles(float[] frequencies, double theta, int length) {
      int channels = 2 * frequencies.length;
      double from = pairThatTurns(fast, channels, theta);
      double to = pairThatTurns(slow, channels, theta);
      from = Math.max(truncate ? Math.floor(from) : from, 0);
      to = Math.min(truncate ? Math.ceil(to) : to, channels - 1);
      if (from == to) {
        to += 0.001; // as transformers does, so that the ramp has a slope
      }
      float[] angles = new float[frequencies.length];
      for (int i = 0; i < angles.length; i++) {
        float ramp = (i - (float) from) / (float) (to - from);
        float kept = 1 - Math.max(0, Math.min(1, ramp));
        float divided = 1f / ((float) factor * frequencies[i]);
        angles[i] = divided * (1 - kept) + 1f / frequencies[i] * kept;
      }
      return angles;
    }

    private double pairThatTurns(double times, int channels, double theta) {
      return channels * Math.log(originalPositions / (times * 2 * Math.PI)) / (2 * Math.log(theta));
    }
  }

  /**
   * Kind {@code longrope} (arXiv 2402.13753): every pair has its own divisor, one for sequences
   * within the first training's context and one for longer ones.
   *
   * @param shortFactors divisors within it, one for each pair
   * @param longFactors divisors beyond it
   * @param originalPositions context length of the first training, in tokens
   * @param factorOfTable what cosines and sines are multiplied by
   */
  record LongRope(
      List<Double> shortFactors,
      List<Double> longFactors,
      int originalPositions,
      double factorOfTable)
      implements RopeScaling {
    public LongRope {
      shortFactors = List.copyOf(shortFactors);
      longFactors = List.copyOf(longFactors);
    }

    @Override
    public float[] angles(float[] frequencies, double theta, int length) {
      List<Double> factors = length > originalPositions ? longFactors : shortFactors;
      float[] angles = new float[frequencies.length];
      for (int i = 0; i < angles.length; i++) {
        angles[i] = 1f / (factors.get(i).floatValue() * frequencies[i]);
      }
      return angles;
    }

    @Override
    public boolean sameAngles(int length, int otherLength) {
      return length > originalPositions == otherLength > originalPositions;
    }
  }
}
