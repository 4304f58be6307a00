package dev.foresight.quantize.kernel;

import dev.foresight.quantize.plan.Grid;
import dev.foresight.tensor.DType;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Kernels on weights that stay in the first-level cache, one thread; results are nanoseconds a
 * weight, so 1 / result is G weights a second.
 *
 * <p>Bounds, for each weight, with w, s, 1/s and m of 4 bytes in the cache:
 *
 * <ul>
 *   <li>{@code range}: loads 8 bytes; a product, a sign flip, two integer maxima
 *   <li>{@code candidate} (range, fit, error: what the search does for each α): loads 24 bytes; 4
 *       operations of range, 11 of the error (a multiply-add counts once), and one division, which
 *       {@code division} measures alone: it can never be faster than that
 *   <li>{@code codes}: loads 4 bytes, stores 1; one division and 5 operations
 *   <li>{@code dot}: loads 8 bytes; one multiply-add
 * </ul>
 *
 * <p>AVX-512 does 16 lanes an operation, two operations and two loads of 64 bytes a cycle.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(KernelBenchmark.WEIGHTS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 2,
    jvmArgsAppend = {"--add-modules=jdk.incubator.vector"})
public class KernelBenchmark {
  static final int WEIGHTS = 1024;

  @Param({"plain", "vector"})
  String kind;

  @Param({"64", "128"})
  int group;

  private final float[] weights = random(1);
  private final float[] scale = random(2);
  private final float[] meanSquare = random(3);
  private final float[] changes = new float[WEIGHTS];
  private final byte[] codes = new byte[WEIGHTS];
  private final GroupFit fit = new GroupFit(new Grid(3, 0, false, DType.F16));
  private final float[] inverse = new float[WEIGHTS];
  private Kernels kernels;

  private static float[] random(int seed) {
    Random random = new Random(seed);
    float[] values = new float[WEIGHTS];
    for (int i = 0; i < WEIGHTS; i++) {
      values[i] =
          seed == 1 ? (float) random.nextGaussian() : (float) Math.exp(random.nextGaussian());
    }
    return values;
  }

  @Setup
  public void open() {
    kernels = kind.equals("plain") ? new PlainKernels() : new VectorKernels();
    for (int j = 0; j < WEIGHTS; j++) {
      inverse[j] = 1 / scale[j];
    }
    fit.fit(kernels.range(weights, 0, WEIGHTS));
  }

  @Benchmark
  public long range() {
    long sum = 0;
    for (int at = 0; at < WEIGHTS; at += group) {
      sum += kernels.range(weights, at, scale, at, group);
    }
    return sum;
  }

  @Benchmark
  public double candidate() {
    double error = 0;
    for (int at = 0; at < WEIGHTS; at += group) {
      fit.fit(kernels.range(weights, at, scale, at, group));
      error += kernels.scaledError(weights, at, scale, inverse, meanSquare, at, group, fit);
    }
    return error;
  }

  @Benchmark
  public float[] changes() {
    for (int at = 0; at < WEIGHTS; at += group) {
      kernels.changes(weights, at, inverse, at, group, fit, changes, at);
    }
    return changes;
  }

  @Benchmark
  public byte[] codes() {
    for (int at = 0; at < WEIGHTS; at += group) {
      kernels.codes(weights, at, group, fit, codes);
    }
    return codes;
  }

  @Benchmark
  public float dot() {
    float sum = 0;
    for (int at = 0; at < WEIGHTS; at += group) {
      sum += kernels.dot(weights, at, scale, at, group);
    }
    return sum;
  }

  /** The bound that division sets: HotSpot vectorises this loop by itself. */
  @Benchmark
  public float[] division() {
    for (int i = 0; i < changes.length; i++) {
      changes[i] = weights[i] / scale[i];
    }
    return changes;
  }
}
