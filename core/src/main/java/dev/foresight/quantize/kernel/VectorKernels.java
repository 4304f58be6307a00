package dev.foresight.quantize.kernel;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Kernels in vectors of 8 or 16 lanes. Whole vectors first, the {@link Sums#LANES} partial sums in
 * one or two passes over a group; what is left over goes element by element.
 *
 * <p>What bounds them on AVX-512: a weight of {@link #scaledError} takes 9 arithmetic instructions
 * and a division, one of {@link #range} 4, and neither leaves the first-level cache once a group's
 * scales are there. See docs/search.md.
 */
final class VectorKernels implements Kernels {
  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Integer> INTS = FLOATS.withLanes(int.class);
  private static final int WIDTH = FLOATS.length();
  private static final VectorSpecies<Byte> BYTES =
      VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(64, WIDTH * Byte.SIZE)));

  private final float[] lanes = new float[Sums.LANES];
  private final float[] squares = new float[Sums.LANES];

  /** Whether this machine's vectors can hold the partial sums, and codes in one vector of bytes. */
  static boolean fits() {
    return WIDTH == 8 || WIDTH == 16;
  }

  @Override
  public long range(float[] weights, int at, int length) {
    IntVector below = IntVector.zero(INTS);
    IntVector above = IntVector.zero(INTS);
    int vectors = FLOATS.loopBound(length);
    for (int j = 0; j < vectors; j += WIDTH) {
      IntVector bits = FloatVector.fromArray(FLOATS, weights, at + j).reinterpretAsInts();
      above = above.max(bits);
      below = below.max(bits.lanewise(VectorOperators.XOR, Integer.MIN_VALUE));
    }
    int most = above.reduceLanes(VectorOperators.MAX);
    int least = below.reduceLanes(VectorOperators.MAX);
    for (int j = vectors; j < length; j++) {
      int bits = Float.floatToRawIntBits(weights[at + j]);
      most = Math.max(most, bits);
      least = Math.max(least, bits ^ Integer.MIN_VALUE);
    }
    return Range.of(least, most);
  }

  @Override
  public long range(float[] weights, int at, float[] scale, int column, int length) {
    IntVector below = IntVector.zero(INTS);
    IntVector above = IntVector.zero(INTS);
    int vectors = FLOATS.loopBound(length);
    for (int j = 0; j < vectors; j += WIDTH) {
      FloatVector scales = FloatVector.fromArray(FLOATS, scale, column + j);
      IntVector bits =
          FloatVector.fromArray(FLOATS, weights, at + j).mul(scales).reinterpretAsInts();
      above = above.max(bits);
      below = below.max(bits.lanewise(VectorOperators.XOR, Integer.MIN_VALUE));
    }
    int most = above.reduceLanes(VectorOperators.MAX);
    int least = below.reduceLanes(VectorOperators.MAX);
    for (int j = vectors; j < length; j++) {
      int bits = Float.floatToRawIntBits(weights[at + j] * scale[column + j]);
      most = Math.max(most, bits);
      least = Math.max(least, bits ^ Integer.MIN_VALUE);
    }
    return Range.of(least, most);
  }

  /** {@link GroupFit#level}, in vectors. */
  private static FloatVector level(FloatVector weight, FloatVector step, int lowest, int highest) {
    return weight
        .div(step)
        .add(GroupFit.TO_INTEGER)
        .reinterpretAsInts()
        .min(highest)
        .max(lowest)
        .reinterpretAsFloats()
        .sub(GroupFit.TO_INTEGER);
  }

  @Override
  public float scaledError(
      float[] weights,
      int at,
      float[] scale,
      float[] inverse,
      float[] meanSquare,
      int column,
      int length,
      GroupFit fit) {
    FloatVector step = FloatVector.broadcast(FLOATS, fit.step);
    int lowest = fit.lowestBits;
    int highest = fit.highestBits;
    for (int lane = 0; lane < Sums.LANES; lane += WIDTH) {
      FloatVector sum = FloatVector.zero(FLOATS);
      for (int j = lane; j <= length - WIDTH; j += Sums.LANES) {
        FloatVector weight = FloatVector.fromArray(FLOATS, weights, at + j);
        FloatVector scaled = weight.mul(FloatVector.fromArray(FLOATS, scale, column + j));
        FloatVector change =
            level(scaled, step, lowest, highest)
                .mul(step)
                .fma(FloatVector.fromArray(FLOATS, inverse, column + j), weight.neg());
        sum = change.mul(change).fma(FloatVector.fromArray(FLOATS, meanSquare, column + j), sum);
      }
      sum.intoArray(lanes, lane);
    }
    for (int j = FLOATS.loopBound(length); j < length; j++) {
      float change =
          PlainKernels.scaledChange(weights[at + j], scale[column + j], inverse[column + j], fit);
      int lane = j & Sums.LANES - 1;
      lanes[lane] = Math.fma(change * change, meanSquare[column + j], lanes[lane]);
    }
    return Sums.tree(lanes);
  }

  @Override
  public float error(
      float[] weights, int at, float[] meanSquare, int column, int length, GroupFit fit) {
    FloatVector step = FloatVector.broadcast(FLOATS, fit.step);
    int lowest = fit.lowestBits;
    int highest = fit.highestBits;
    for (int lane = 0; lane < Sums.LANES; lane += WIDTH) {
      FloatVector sum = FloatVector.zero(FLOATS);
      for (int j = lane; j <= length - WIDTH; j += Sums.LANES) {
        FloatVector weight = FloatVector.fromArray(FLOATS, weights, at + j);
        FloatVector change = level(weight, step, lowest, highest).fma(step, weight.neg());
        sum = change.mul(change).fma(FloatVector.fromArray(FLOATS, meanSquare, column + j), sum);
      }
      sum.intoArray(lanes, lane);
    }
    for (int j = FLOATS.loopBound(length); j < length; j++) {
      float change = PlainKernels.change(weights[at + j], fit);
      int lane = j & Sums.LANES - 1;
      lanes[lane] = Math.fma(change * change, meanSquare[column + j], lanes[lane]);
    }
    return Sums.tree(lanes);
  }

  @Override
  public void scaledChanges(
      float[] weights,
      int at,
      float[] scale,
      float[] inverse,
      int column,
      int length,
      GroupFit fit,
      float[] into,
      int intoAt) {
    FloatVector step = FloatVector.broadcast(FLOATS, fit.step);
    int lowest = fit.lowestBits;
    int highest = fit.highestBits;
    int vectors = FLOATS.loopBound(length);
    for (int j = 0; j < vectors; j += WIDTH) {
      FloatVector weight = FloatVector.fromArray(FLOATS, weights, at + j);
      FloatVector scaled = weight.mul(FloatVector.fromArray(FLOATS, scale, column + j));
      level(scaled, step, lowest, highest)
          .mul(step)
          .fma(FloatVector.fromArray(FLOATS, inverse, column + j), weight.neg())
          .intoArray(into, intoAt + j);
    }
    for (int j = vectors; j < length; j++) {
      into[intoAt + j] =
          PlainKernels.scaledChange(weights[at + j], scale[column + j], inverse[column + j], fit);
    }
  }

  @Override
  public void changes(
      float[] weights,
      int at,
      float[] inverse,
      int column,
      int length,
      GroupFit fit,
      float[] into,
      int intoAt) {
    FloatVector step = FloatVector.broadcast(FLOATS, fit.step);
    int lowest = fit.lowestBits;
    int highest = fit.highestBits;
    int vectors = FLOATS.loopBound(length);
    for (int j = 0; j < vectors; j += WIDTH) {
      FloatVector weight = FloatVector.fromArray(FLOATS, weights, at + j);
      level(weight, step, lowest, highest)
          .fma(step, weight.neg())
          .mul(FloatVector.fromArray(FLOATS, inverse, column + j))
          .intoArray(into, intoAt + j);
    }
    for (int j = vectors; j < length; j++) {
      into[intoAt + j] = PlainKernels.change(weights[at + j], fit) * inverse[column + j];
    }
  }

  @Override
  public void leastSquares(
      float[] weights,
      int at,
      float[] meanSquare,
      int column,
      int length,
      GroupFit fit,
      float[] sums) {
    FloatVector step = FloatVector.broadcast(FLOATS, fit.step);
    int lowest = fit.lowestBits;
    int highest = fit.highestBits;
    for (int lane = 0; lane < Sums.LANES; lane += WIDTH) {
      FloatVector products = FloatVector.zero(FLOATS);
      FloatVector ofLevels = FloatVector.zero(FLOATS);
      for (int j = lane; j <= length - WIDTH; j += Sums.LANES) {
        FloatVector weight = FloatVector.fromArray(FLOATS, weights, at + j);
        FloatVector level = level(weight, step, lowest, highest);
        FloatVector weighted = level.mul(FloatVector.fromArray(FLOATS, meanSquare, column + j));
        products = weighted.fma(weight, products);
        ofLevels = weighted.fma(level, ofLevels);
      }
      products.intoArray(lanes, lane);
      ofLevels.intoArray(squares, lane);
    }
    for (int j = FLOATS.loopBound(length); j < length; j++) {
      float level = fit.level(weights[at + j]);
      float weighted = level * meanSquare[column + j];
      int lane = j & Sums.LANES - 1;
      lanes[lane] = Math.fma(weighted, weights[at + j], lanes[lane]);
      squares[lane] = Math.fma(weighted, level, squares[lane]);
    }
    sums[0] = Sums.tree(lanes);
    sums[1] = Sums.tree(squares);
  }

  @Override
  public void codes(float[] weights, int at, int length, GroupFit fit, byte[] codes) {
    FloatVector step = FloatVector.broadcast(FLOATS, fit.step);
    int lowest = fit.lowestBits;
    int highest = fit.highestBits;
    int end = at + length;
    int vectors = at + FLOATS.loopBound(length);
    for (int j = at; j < vectors; j += WIDTH) {
      IntVector bits =
          FloatVector.fromArray(FLOATS, weights, j)
              .div(step)
              .add(GroupFit.TO_INTEGER)
              .reinterpretAsInts()
              .min(highest)
              .max(lowest)
              .sub(lowest);
      ((ByteVector) bits.convertShape(VectorOperators.I2B, BYTES, 0)).intoArray(codes, j);
    }
    for (int j = vectors; j < end; j++) {
      codes[j] = fit.code(weights[j]);
    }
  }

  @Override
  public RoundingKernels rounding() {
    return new VectorRounding();
  }

  @Override
  public float dot(float[] a, int fromA, float[] b, int fromB, int length) {
    for (int lane = 0; lane < Sums.LANES; lane += WIDTH) {
      FloatVector sum = FloatVector.zero(FLOATS);
      for (int j = lane; j <= length - WIDTH; j += Sums.LANES) {
        FloatVector left = FloatVector.fromArray(FLOATS, a, fromA + j);
        sum = left.fma(FloatVector.fromArray(FLOATS, b, fromB + j), sum);
      }
      sum.intoArray(lanes, lane);
    }
    for (int j = FLOATS.loopBound(length); j < length; j++) {
      int lane = j & Sums.LANES - 1;
      lanes[lane] = Math.fma(a[fromA + j], b[fromB + j], lanes[lane]);
    }
    return Sums.tree(lanes);
  }

  @Override
  public float weightedSquares(float[] d, int fromD, float[] weight, int fromWeight, int length) {
    for (int lane = 0; lane < Sums.LANES; lane += WIDTH) {
      FloatVector sum = FloatVector.zero(FLOATS);
      for (int j = lane; j <= length - WIDTH; j += Sums.LANES) {
        FloatVector x = FloatVector.fromArray(FLOATS, d, fromD + j);
        sum = x.mul(x).fma(FloatVector.fromArray(FLOATS, weight, fromWeight + j), sum);
      }
      sum.intoArray(lanes, lane);
    }
    for (int j = FLOATS.loopBound(length); j < length; j++) {
      int lane = j & Sums.LANES - 1;
      float x = d[fromD + j];
      lanes[lane] = Math.fma(x * x, weight[fromWeight + j], lanes[lane]);
    }
    return Sums.tree(lanes);
  }
}
