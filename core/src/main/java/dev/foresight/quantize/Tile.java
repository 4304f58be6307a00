package dev.foresight.quantize;

import java.util.Arrays;

/**
 * A few rows of a linear, laid out for loops without reductions: groups are cut into chunks of
 * {@link Sums#LANES} channels. Array k holds the k-th chunk of every group of every row: the first
 * channel of all those chunks, then the second, and so on.
 *
 * @param columns input channels
 * @param group channels of a group, a divisor of {@code columns}
 * @param rows rows that are laid out together
 */
record Tile(int columns, int group, int rows) {
  private static final int WIDTH = 1024; // below some hundreds, loops spend their time outside
  private static final int MOST = 16384; // floats of a tile: 40 of them should stay in the cache

  /** As many rows as make wide loops. */
  static Tile of(int columns, int group) {
    int wanted = (WIDTH * chunks(group) + columns - 1) / columns;
    return new Tile(columns, group, Math.max(1, Math.min(wanted, MOST / columns)));
  }

  private static int chunks(int group) {
    return (group + Sums.LANES - 1) / Sums.LANES;
  }

  /** Weights of a tile. */
  int size() {
    return rows * columns;
  }

  int groups() {
    return size() / group;
  }

  /** Length of each array: 16 lanes for every group. */
  int width() {
    return groups() * Sums.LANES;
  }

  /** Arrays for one tile, zeros. */
  float[][] empty() {
    return new float[chunks(group)][width()];
  }

  /**
   * Lays weights out. What they leave over, in short chunks and missing rows, is filled with zeros,
   * which round to themselves and so add nothing.
   */
  void lay(float[] values, int start, int length, float[][] into) {
    for (float[] chunk : into) {
      Arrays.fill(chunk, 0);
    }
    for (int at = 0; at < length; at++) {
      into[chunk(at)][index(at)] = values[start + at];
    }
  }

  /** Values per channel, laid out once for each row. */
  float[][] repeated(float[] channels, float padding) {
    float[][] laid = empty();
    for (float[] chunk : laid) {
      Arrays.fill(chunk, padding);
    }
    for (int at = 0; at < size(); at++) {
      laid[chunk(at)][index(at)] = channels[at % columns];
    }
    return laid;
  }

  private int chunk(int at) {
    return at % group / Sums.LANES;
  }

  private int index(int at) {
    return at % group % Sums.LANES * groups() + at / group;
  }
}
