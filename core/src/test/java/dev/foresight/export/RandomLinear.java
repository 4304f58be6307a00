package dev.foresight.export;

import dev.foresight.quantize.QuantizedLinear;
import dev.foresight.quantize.plan.Grid;
import java.util.Arrays;
import java.util.Random;

/** Weights that no search has seen: every code of the grid, from a seed. */
final class RandomLinear {
  private RandomLinear() {}

  static QuantizedLinear of(Grid grid, int rows, int columns, long seed) {
    Random random = new Random(seed);
    int group = grid.groupOf("linear", columns);
    byte[] codes = new byte[rows * columns];
    float[] steps = new float[rows * columns / group];
    byte[] zeros = new byte[steps.length];
    Arrays.fill(zeros, (byte) grid.middle());
    for (int i = 0; i < codes.length; i++) {
      codes[i] = (byte) random.nextInt(grid.maxCode() + 1);
    }
    for (int i = 0; i < steps.length; i++) {
      steps[i] = grid.stepType().round(0.001f + random.nextFloat());
      if (!grid.symmetric()) {
        zeros[i] = (byte) random.nextInt(grid.leastZero(), grid.maxCode() + 1);
      }
    }
    return new QuantizedLinear(rows, columns, group, grid, codes, steps, zeros);
  }
}
