package dev.foresight.onnx;

import dev.foresight.model.ModelConfig;
import dev.foresight.model.Rope;
import java.nio.FloatBuffer;
import java.util.List;

/** Cosines and sines of the rotary angles of a model, for sequences up to a length. */
public final class RopeTable {
  private final List<Rope> ropes;
  private final int length;
  private final List<Angles> tables;

  /** Angles of positions 0 to {@code length} - 1. */
  public RopeTable(ModelConfig config, int length) {
    this(config, length, length);
  }

  /** Angles of positions 0 to {@code positions} - 1 as sequences of a length turn by them. */
  public RopeTable(ModelConfig config, int length, int positions) {
    this.ropes = config.ropes();
    this.length = length;
    this.tables =
        ropes.stream()
            .map(
                rope ->
                    angles(
                        rope, rope.inverseFrequencies(config.headDimension(), length), positions))
            .toList();
  }

  /** [length, pairs] each. */
  private record Angles(int pairs, FloatBuffer cosines, FloatBuffer sines) {}

  private static Angles angles(Rope rope, float[] inverse, int length) {
    float factor = (float) rope.scaling().factorOfTable();
    FloatBuffer cosines = FloatPool.allocate(Math.multiplyExact(length, inverse.length));
    FloatBuffer sines = FloatPool.allocate(length * inverse.length);
    for (int position = 0, i = 0; position < length; position++) {
      for (int pair = 0; pair < inverse.length; pair++, i++) {
        float angle = position * inverse[pair];
        cosines.put(i, (float) StrictMath.cos(angle) * factor);
        sines.put(i, (float) StrictMath.sin(angle) * factor);
      }
    }
    return new Angles(inverse.length, cosines, sines);
  }

  /** Whether it serves sequences of a length. */
  public boolean serves(int sequence) {
    return sequence <= length
        && ropes.stream().allMatch(rope -> rope.scaling().sameAngles(sequence, length));
  }

  /** How many ropes the blocks of the model have between them. */
  public int ropes() {
    return ropes.size();
  }

  /** Channel pairs that a rope turns. */
  public int pairs(int rope) {
    return tables.get(rope).pairs();
  }

  /** The first {@code positions} rows of the cosines of a rope. */
  public FloatBuffer cosines(int rope, int positions) {
    return tables.get(rope).cosines().duplicate().limit(positions * pairs(rope));
  }

  /** The first {@code positions} rows of the sines of a rope. */
  public FloatBuffer sines(int rope, int positions) {
    return tables.get(rope).sines().duplicate().limit(positions * pairs(rope));
  }
}
