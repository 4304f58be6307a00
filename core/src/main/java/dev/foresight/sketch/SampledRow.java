package dev.foresight.sketch;

import dev.foresight.tensor.Halves;
import java.util.Arrays;

/**
 * One token's input to a role, in fp16 with a scale of its own.
 *
 * @param shard the token's shard
 * @param sequence its sequence in the shard
 * @param position its position in the sequence
 * @param key {@link SampledPlaces#key}
 * @param scale a power of two: x = halves x scale
 * @param halves fp16 bit patterns, one a channel
 */
public record SampledRow(
    String shard, long sequence, int position, long key, float scale, short[] halves)
    implements Sampled {
  private static final int TOP = 14; // the largest half is below 2^15, far from fp16's 65504

  /** Narrows the values of a token; a power of two as scale loses nothing beyond fp16's 11 bits. */
  public static SampledRow of(String shard, SampledPlaces.Place place, float[] values) {
    float largest = 0;
    for (float value : values) {
      largest = Math.max(largest, Math.abs(value));
    }
    int exponent = largest == 0 ? 0 : Math.max(Math.getExponent(largest) - TOP, -126);
    float scale = Math.scalb(1f, exponent);
    short[] halves = new short[values.length];
    for (int j = 0; j < values.length; j++) {
      halves[j] = Halves.floatToF16(values[j] / scale);
    }
    return new SampledRow(shard, place.sequence(), place.position(), place.key(), scale, halves);
  }

  /** Writes the values, widened, to {@code target} from {@code offset} on. */
  public void copyTo(float[] target, int offset) {
    for (int j = 0; j < halves.length; j++) {
      target[offset + j] = Halves.f16ToFloat(halves[j]) * scale;
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SampledRow that
        && compareTo(that) == 0
        && scale == that.scale
        && Arrays.equals(halves, that.halves);
  }

  @Override
  public int hashCode() {
    return Long.hashCode(key);
  }
}
