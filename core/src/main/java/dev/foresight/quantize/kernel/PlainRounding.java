package dev.foresight.quantize.kernel;

/** Compensated rounding by its definition: what {@link VectorRounding} must match bit for bit. */
public final class PlainRounding implements RoundingKernels {
  @Override
  public void feedBack(RoundingTile tile, int columns, float[] unit) {
    int rows = RoundingTile.ROWS;
    for (int k = 0; k < columns; k++) {
      for (int at = k * rows; at < (k + 1) * rows; at++) {
        float level = level(tile.targets[at], tile, at);
        float rounded = level * tile.steps[at];
        tile.levels[at] = level;
        tile.errors[at] = tile.weights[at] - rounded;
        tile.left[at] = tile.targets[at] - rounded;
      }
      for (int j = k + 1; j < columns; j++) {
        float share = unit[k * columns + j];
        for (int i = 0; i < rows; i++) {
          int at = j * rows + i;
          tile.targets[at] = Math.fma(tile.errors[k * rows + i], share, tile.targets[at]);
        }
      }
    }
  }

  private static float level(float target, RoundingTile tile, int at) {
    int bits = Float.floatToRawIntBits(target / tile.steps[at] + GroupFit.TO_INTEGER);
    int lowest = tile.lowestBits[at];
    int kept = Math.max(lowest, Math.min(lowest + tile.maxCode, bits));
    return Float.intBitsToFloat(kept) - GroupFit.TO_INTEGER;
  }

  @Override
  public int descend(
      float[] levels,
      int at,
      float[] residual,
      int row,
      float[] products,
      float[] inverse,
      int column,
      int length,
      GroupFit fit) {
    int columns = inverse.length;
    int changes = 0;
    for (int j = 0; j < length; j++) {
      float old = levels[at + j];
      int k = column + j;
      float level = best(old, residual[row + k], inverse[k], fit);
      if (level != old) {
        levels[at + j] = level;
        changes++;
        float change = (old - level) * fit.step;
        for (int i = 0; i < columns; i++) {
          residual[row + i] = Math.fma(change, products[k * columns + i], residual[row + i]);
        }
      }
    }
    return changes;
  }

  /** The level nearest to where the error is least. */
  static float best(float level, float residual, float inverse, GroupFit fit) {
    return fit.level(Math.fma(residual, inverse, level * fit.step));
  }

  @Override
  public void add(float[] terms, int from, float[] sums, int at, int length) {
    for (int i = 0; i < length; i++) {
      sums[at + i] += terms[from + i];
    }
  }
}
