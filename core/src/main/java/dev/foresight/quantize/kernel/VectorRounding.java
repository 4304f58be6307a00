package dev.foresight.quantize.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Compensated rounding in vectors of 8 or 16 lanes: rows of a tile side by side, or neighbouring
 * columns of one row. A vector of columns is looked at together for the first code that changes;
 * those behind it are looked at again after its change.
 */
final class VectorRounding implements RoundingKernels {
  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Integer> INTS = FLOATS.withLanes(int.class);
  private static final int WIDTH = FLOATS.length();

  @Override
  public void feedBack(RoundingTile tile, int columns, float[] unit) {
    for (int lane = 0; lane < RoundingTile.ROWS; lane += WIDTH) {
      for (int k = 0; k < columns; k++) {
        round(tile, k * RoundingTile.ROWS + lane);
        passOn(tile, lane, k, columns, unit);
      }
    }
  }

  private static void round(RoundingTile tile, int at) {
    FloatVector target = FloatVector.fromArray(FLOATS, tile.targets, at);
    FloatVector step = FloatVector.fromArray(FLOATS, tile.steps, at);
    IntVector lowest = IntVector.fromArray(INTS, tile.lowestBits, at);
    FloatVector level =
        target
            .div(step)
            .add(GroupFit.TO_INTEGER)
            .reinterpretAsInts()
            .min(lowest.add(tile.maxCode))
            .max(lowest)
            .reinterpretAsFloats()
            .sub(GroupFit.TO_INTEGER);
    FloatVector rounded = level.mul(step);
    level.intoArray(tile.levels, at);
    FloatVector.fromArray(FLOATS, tile.weights, at).sub(rounded).intoArray(tile.errors, at);
    target.sub(rounded).intoArray(tile.left, at);
  }

  private static void passOn(RoundingTile tile, int lane, int k, int columns, float[] unit) {
    FloatVector error = FloatVector.fromArray(FLOATS, tile.errors, k * RoundingTile.ROWS + lane);
    float[] targets = tile.targets;
    int shares = k * columns;
    for (int j = k + 1; j < columns; j++) {
      int at = j * RoundingTile.ROWS + lane;
      FloatVector share = FloatVector.broadcast(FLOATS, unit[shares + j]);
      error.fma(share, FloatVector.fromArray(FLOATS, targets, at)).intoArray(targets, at);
    }
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
    int changes = 0;
    int j = 0;
    while (j < length) {
      j = firstToChange(levels, at, residual, row + column, inverse, column, j, length, fit);
      if (j < length) {
        int k = column + j;
        float old = levels[at + j];
        float level = PlainRounding.best(old, residual[row + k], inverse[k], fit);
        levels[at + j] = level;
        changes++;
        addRow(
            (old - level) * fit.step, products, k * inverse.length, residual, row, inverse.length);
        j++;
      }
    }
    return changes;
  }

  private static int firstToChange(
      float[] levels,
      int at,
      float[] residual,
      int group,
      float[] inverse,
      int column,
      int from,
      int length,
      GroupFit fit) {
    FloatVector step = FloatVector.broadcast(FLOATS, fit.step);
    int j = from;
    for (; j <= length - WIDTH; j += WIDTH) {
      FloatVector old = FloatVector.fromArray(FLOATS, levels, at + j);
      FloatVector best =
          FloatVector.fromArray(FLOATS, residual, group + j)
              .fma(FloatVector.fromArray(FLOATS, inverse, column + j), old.mul(step))
              .div(step)
              .add(GroupFit.TO_INTEGER)
              .reinterpretAsInts()
              .min(fit.highestBits)
              .max(fit.lowestBits)
              .reinterpretAsFloats()
              .sub(GroupFit.TO_INTEGER);
      VectorMask<Float> changed = best.compare(VectorOperators.NE, old);
      if (changed.anyTrue()) {
        return j + changed.firstTrue();
      }
    }
    while (j < length
        && PlainRounding.best(levels[at + j], residual[group + j], inverse[column + j], fit)
            == levels[at + j]) {
      j++;
    }
    return j;
  }

  private static void addRow(
      float factor, float[] from, int fromAt, float[] into, int at, int length) {
    FloatVector factors = FloatVector.broadcast(FLOATS, factor);
    int vectors = FLOATS.loopBound(length);
    for (int i = 0; i < vectors; i += WIDTH) {
      factors
          .fma(
              FloatVector.fromArray(FLOATS, from, fromAt + i),
              FloatVector.fromArray(FLOATS, into, at + i))
          .intoArray(into, at + i);
    }
    for (int i = vectors; i < length; i++) {
      into[at + i] = Math.fma(factor, from[fromAt + i], into[at + i]);
    }
  }

  @Override
  public void add(float[] terms, int from, float[] sums, int at, int length) {
    int vectors = FLOATS.loopBound(length);
    for (int i = 0; i < vectors; i += WIDTH) {
      FloatVector.fromArray(FLOATS, sums, at + i)
          .add(FloatVector.fromArray(FLOATS, terms, from + i))
          .intoArray(sums, at + i);
    }
    for (int i = vectors; i < length; i++) {
      sums[at + i] += terms[from + i];
    }
  }
}
