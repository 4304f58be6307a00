package dev.foresight.quantize;

import dev.foresight.onnx.OnnxMatrixProduct;
import dev.foresight.quantize.compensate.Compensation;
import dev.foresight.quantize.kernel.RowWorkers;
import dev.foresight.quantize.plan.Grid;
import dev.foresight.tensor.DType;
import dev.foresight.tensor.Matrix;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;

/**
 * CPU time that compensated rounding of a linear takes of one thread, one refit; started by {@code
 * bench/quantize/run}. Activations share a few causes and weights are random: how many codes a
 * descent changes depends on them a little.
 *
 * <p>The limit is what the matrix products take at the rate of a large one: n · in² for the
 * products of n rows, and for each of two passes and what they leave, and for the refit, out · in².
 */
public final class CompensationBenchmark {
  private static final int CAUSES = 32;
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private final Random random = new Random(1);
  private final int repetitions;

  private CompensationBenchmark(int repetitions) {
    this.repetitions = repetitions;
  }

  /**
   * @param args {@code REPETITIONS ROWS} and then {@code OUT IN GROUP BITS} as often as liked
   */
  public static void main(String[] args) {
    Locale.setDefault(Locale.ROOT);
    CompensationBenchmark benchmark = new CompensationBenchmark(Integer.parseInt(args[0]));
    int rows = Integer.parseInt(args[1]);
    System.out.println(
        "| out x in, group, bits | input, s | linear, s | 10⁹ operations | at the rate of a product, s |");
    System.out.println("|---|---|---|---|---|");
    try (OnnxMatrixProduct product = new OnnxMatrixProduct()) {
      double rate = benchmark.rate(product);
      for (int i = 2; i < args.length; i += 4) {
        int[] n = Arrays.stream(args, i, i + 4).mapToInt(Integer::parseInt).toArray();
        benchmark.measure(product, rate, rows, n[0], n[1], new Grid(n[3], n[2], true, DType.F16));
      }
      System.out.printf("%nA product of 1024 x 1024 x 1024: %.0f · 10⁹ operations/s%n", rate / 1e9);
    }
  }

  private double rate(OnnxMatrixProduct product) {
    Matrix a = gaussian(1024, 1024);
    double best = Double.POSITIVE_INFINITY;
    for (int i = 0; i < 10; i++) {
      long start = THREADS.getCurrentThreadCpuTime();
      product.timesTransposed(a, a);
      best = Math.min(best, (THREADS.getCurrentThreadCpuTime() - start) / 1e9);
    }
    return 2.0 * 1024 * 1024 * 1024 / best;
  }

  private void measure(
      OnnxMatrixProduct product, double rate, int rows, int out, int in, Grid grid) {
    Matrix tokens = tokens(product, rows, in);
    Matrix weights = gaussian(out, in);
    int group = grid.groupOf("w", in);
    float[] ones = new float[in];
    Arrays.fill(ones, 1);
    double ofInput = Double.POSITIVE_INFINITY;
    double ofLinear = Double.POSITIVE_INFINITY;
    try (RowWorkers workers = new RowWorkers(1)) {
      GroupSteps steps = GroupRounding.steps(weights, grid, group, workers);
      for (int i = 0; i < repetitions; i++) {
        long start = THREADS.getCurrentThreadCpuTime();
        try (Compensation compensation =
            new Compensation(tokens, ones, 0.3, product, workers, "x")) {
          long made = THREADS.getCurrentThreadCpuTime();
          compensation.round(
              weights, grid, group, steps.steps().clone(), steps.zeros(), 1, workers);
          ofInput = Math.min(ofInput, (made - start) / 1e9);
          ofLinear = Math.min(ofLinear, (THREADS.getCurrentThreadCpuTime() - made) / 1e9);
        }
      }
    }
    double square = (double) in * in;
    double operations = 1.0 * rows * square + square * in / 3 + 5.0 * out * square;
    System.out.printf(
        "| %d x %d, %d, %d | %.2f | %.2f | %.1f | %.2f |%n",
        out, in, grid.group(), grid.bits(), ofInput, ofLinear, operations / 1e9, operations / rate);
  }

  private Matrix tokens(OnnxMatrixProduct product, int rows, int in) {
    Matrix mixed = product.timesTransposed(gaussian(rows, CAUSES), gaussian(in, CAUSES));
    Matrix own = gaussian(rows, in);
    double share = 1 / Math.sqrt(rows);
    for (int i = 0; i < mixed.values().length; i++) {
      mixed.values()[i] = (float) (share * (0.2 * mixed.values()[i] + own.values()[i]));
    }
    return mixed;
  }

  private Matrix gaussian(int rows, int columns) {
    Matrix matrix = Matrix.zeros(rows, columns);
    for (int i = 0; i < matrix.values().length; i++) {
      matrix.values()[i] = (float) random.nextGaussian();
    }
    return matrix;
  }
}
