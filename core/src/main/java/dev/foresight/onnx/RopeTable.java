package dev.foresight.onnx;

import dev.foresight.model.ModelConfig;
import java.nio.FloatBuffer;

/** Cosines and sines of the rotary angles of a model, [length, headDimension / 2] each. */
final class RopeTable {
  private final int pairs;
  private final int length;
  private final FloatBuffer cosines;
  private final FloatBuffer sines;

  RopeTable(ModelConfig config, int length) {
    float[] inverse = config.rope().inverseFrequencies(config.headDimension());
    this.pairs = inverse.length;
    this.length = length;
    this.cosines = FloatPool.allocate(Math.multiplyExact(length, pairs));
    this.sines = FloatPool.allocate(length * pairs);
    for (int position = 0, i = 0; position < length; position++) {
      for (int pair = 0; pair < pairs; pair++, i++) {
        float angle = position * inverse[pair];
        cosines.put(i, (float) StrictMath.cos(angle));
        sines.put(i, (float) StrictMath.sin(angle));
      }
    }
  }

  /** Positions it covers. */
  int length() {
    return length;
  }

  /** The first {@code positions} rows of the cosines. */
  FloatBuffer cosines(int positions) {
    return cosines.duplicate().limit(positions * pairs);
  }

  /** The first {@code positions} rows of the sines. */
  FloatBuffer sines(int positions) {
    return sines.duplicate().limit(positions * pairs);
  }
}
