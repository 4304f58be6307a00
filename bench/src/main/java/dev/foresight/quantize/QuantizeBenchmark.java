package dev.foresight.quantize;

import dev.foresight.export.ExportedCheckpoints;
import dev.foresight.model.Model;
import dev.foresight.model.Role;
import dev.foresight.onnx.OnnxMatrixProduct;
import dev.foresight.quantize.ScaleCandidates.Candidate;
import dev.foresight.quantize.fold.LinearFold;
import dev.foresight.quantize.fold.NormFold;
import dev.foresight.quantize.kernel.Kernels;
import dev.foresight.quantize.kernel.RowWorkers;
import dev.foresight.quantize.plan.BlockGrids;
import dev.foresight.quantize.plan.Grid;
import dev.foresight.quantize.plan.SearchSettings;
import dev.foresight.tensor.DType;
import dev.foresight.tensor.LocalModelFolder;
import dev.foresight.tensor.Matrix;
import dev.foresight.tensor.Widening;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/**
 * The rates of the search on one thread, and how long models take; started by {@code
 * bench/quantize/run}. What is compared takes turns, and the shortest time of each counts, so that
 * a load that comes and goes hits all alike. Activations are random: no time depends on their
 * values.
 */
public final class QuantizeBenchmark {
  private static final int GROUP = 64;
  private static final int SAMPLES = 512;
  private static final int LARGE_OUT = 4096;
  private static final int LARGE_IN = 11008;

  /** Weights in the linears of Llama-2-7B. */
  private static final double WEIGHTS_OF_7B =
      32.0 * (4.0 * LARGE_OUT * LARGE_OUT + 3.0 * LARGE_OUT * LARGE_IN);

  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private final int repetitions;
  private final Random random = new Random(1);

  private QuantizeBenchmark(int repetitions) {
    this.repetitions = repetitions;
  }

  /**
   * @param args {@code rates ROWS REPETITIONS}, {@code model FOLDER BLOCKS REPETITIONS} or {@code
   *     large ROWS REPETITIONS}
   */
  public static void main(String[] args) throws IOException {
    Locale.setDefault(Locale.ROOT);
    switch (args[0]) {
      case "rates" ->
          new QuantizeBenchmark(Integer.parseInt(args[2])).rates(Integer.parseInt(args[1]));
      case "model" ->
          new QuantizeBenchmark(Integer.parseInt(args[3]))
              .model(Path.of(args[1]), Integer.parseInt(args[2]));
      case "large" ->
          new QuantizeBenchmark(Integer.parseInt(args[2])).large(Integer.parseInt(args[1]));
      default -> throw new IllegalArgumentException("No measurement is called " + args[0]);
    }
  }

  /** What one action took: by the clock, and of this thread's CPU where others load the machine. */
  private static final class Time {
    double seconds = Double.POSITIVE_INFINITY;
    double cpuSeconds = Double.POSITIVE_INFINITY;
  }

  /** The shortest of several turns, for each of some actions. */
  private Time[] shortest(Runnable... actions) {
    Time[] times = new Time[actions.length];
    Arrays.setAll(times, i -> new Time());
    for (int turn = 0; turn < repetitions; turn++) {
      for (int i = 0; i < actions.length; i++) {
        long cpu = THREADS.getCurrentThreadCpuTime();
        long start = System.nanoTime();
        actions[i].run();
        times[i].seconds = Math.min(times[i].seconds, (System.nanoTime() - start) / 1e9);
        double used = (THREADS.getCurrentThreadCpuTime() - cpu) / 1e9;
        times[i].cpuSeconds = Math.min(times[i].cpuSeconds, used);
      }
    }
    return times;
  }

  /** Conversion, rounding and the diagonal search, on a matrix of [rows, 11008]. */
  private void rates(int rows) {
    Matrix weights = matrix(rows, LARGE_IN);
    int count = weights.values().length;
    ByteBuffer halves = ByteBuffer.allocateDirect(2 * count);
    float[] target = new float[count];
    Grid grid = new Grid(4, GROUP, false, DType.F16);
    RoleStatistics statistics = statistics(LARGE_IN, 1);
    List<Candidate> candidates = ScaleCandidates.of(statistics.importance(), null, 20);
    int searched = Math.min(rows, 128);
    Matrix part =
        new Matrix(searched, LARGE_IN, Arrays.copyOf(weights.values(), searched * LARGE_IN));
    try (RowWorkers workers = new RowWorkers(1)) {
      DiagonalScreen screen =
          new DiagonalScreen(
              grid, GROUP, ScaleSearch.floats(statistics.meanSquare()), candidates, workers);
      Time[] times =
          shortest(
              () -> Widening.widen(DType.BF16, halves, target),
              () -> Widening.widen(DType.F16, halves, target),
              () -> GroupRounding.round(weights, grid, "w"),
              () -> screen.losses(part));
      System.out.printf(
          "| one thread, %d x %d, %s | 10⁹/s | 10⁹ a CPU second | of bf16, of fp16 |%n",
          rows, LARGE_IN, kernels());
      System.out.println("|---|---|---|---|");
      rate("conversion bf16 to fp32, weights", count, times[0], times);
      rate("conversion fp16 to fp32, weights", count, times[1], times);
      rate("round to nearest, 4 bits, weights", count, times[2], times);
      rate("diagonal search, weights · α", 20.0 * part.values().length, times[3], times);
    }
  }

  private static void rate(String name, double count, Time time, Time[] conversions) {
    System.out.printf(
        "| %s | %.2f | %.2f | %.0f %%, %.0f %% |%n",
        name,
        count / time.seconds / 1e9,
        count / time.cpuSeconds / 1e9,
        100 * conversions[0].cpuSeconds / time.cpuSeconds,
        100 * conversions[1].cpuSeconds / time.cpuSeconds);
  }

  private static String kernels() {
    return Kernels.open().getClass().getSimpleName() + ", Java " + Runtime.version().feature();
  }

  /** Scale search, clip and rounding of the first blocks of a model. */
  private void model(Path folder, int blocks) throws IOException {
    LocalModelFolder files = new LocalModelFolder(folder);
    try (Model model = ExportedCheckpoints.model(files);
        OnnxMatrixProduct product = new OnnxMatrixProduct()) {
      int all = model.config().blocks();
      int measured = Math.min(blocks, all);
      List<BlockWeights> weights = new ArrayList<>();
      List<Map<Role, RoleStatistics>> statistics = new ArrayList<>();
      List<RoleGroup> groups = BlockParts.groups(model);
      for (int block = 0; block < measured; block++) {
        weights.add(BlockParts.read(model, block, Optional.empty()));
        statistics.add(statistics(weights.get(block), groups));
      }
      Grid grid = new Grid(3, GROUP, false, DType.F16);
      Time[] times =
          shortest(
              () -> quantize(weights, groups, statistics, grid, SearchSettings.awq(), product),
              () ->
                  quantize(
                      weights, groups, statistics, grid, SearchSettings.rtnWeighted(), product),
              () -> quantize(weights, groups, statistics, grid, SearchSettings.rtn(), product));
      double scale = (double) all / measured;
      System.out.printf(
          "| %s, %d of %d blocks, 3 bits g%d, %d samples, %s | seconds, all blocks | CPU seconds |%n",
          folder.getFileName(), measured, all, GROUP, SAMPLES, kernels());
      System.out.println("|---|---|---|");
      String[] names = {"awq: 20 points, sampled, clip, rounding", "rtn-weighted", "rtn"};
      for (int i = 0; i < names.length; i++) {
        System.out.printf(
            "| %s | %.2f | %.2f |%n",
            names[i], times[i].seconds * scale, times[i].cpuSeconds * scale);
      }
    }
  }

  private static void quantize(
      List<BlockWeights> weights,
      List<RoleGroup> groups,
      List<Map<Role, RoleStatistics>> statistics,
      Grid grid,
      SearchSettings settings,
      OnnxMatrixProduct product) {
    for (int block = 0; block < weights.size(); block++) {
      BlockQuantizer.quantize(
          weights.get(block), groups, statistics.get(block), grid, settings, product);
    }
  }

  /** One down_proj of Llama-2-7B, or its first rows, and what a whole model would take. */
  private void large(int rows) {
    Matrix down = matrix(rows, LARGE_IN);
    Matrix up = matrix(LARGE_IN, GROUP);
    float[] norm = new float[GROUP];
    Arrays.fill(norm, 1);
    BlockWeights weights =
        new BlockWeights(
            "model.layers.0",
            Map.of("mlp.up_proj", up, "mlp.down_proj", down),
            Map.of("norm.weight", norm),
            DType.F16);
    List<RoleGroup> groups =
        List.of(
            new RoleGroup(Role.MLP_INPUT, List.of("mlp.up_proj"), new NormFold("norm", 0)),
            new RoleGroup(
                Role.MLP_OUTPUT, List.of("mlp.down_proj"), LinearFold.rowByRow("mlp.up_proj")));
    Map<Role, RoleStatistics> statistics = statistics(weights, groups);
    Grid grid = new Grid(4, 128, false, DType.F16);
    Grid narrow = new Grid(4, GROUP, false, DType.F16);
    BlockGrids grids = new BlockGrids(grid, Map.of("mlp.up_proj", narrow), Set.of());
    try (OnnxMatrixProduct product = new OnnxMatrixProduct()) {
      Time[] times =
          shortest(
              () ->
                  BlockQuantizer.quantize(
                      weights, groups, statistics, grids, SearchSettings.awq(), product, 1));
      double models = WEIGHTS_OF_7B / down.values().length;
      System.out.printf(
          "| %d x %d, 4 bits g128, awq sampled with clip, one thread | | CPU |%n", rows, LARGE_IN);
      System.out.println("|---|---|---|");
      System.out.printf(
          "| this layer | %.2f s | %.2f s |%n", times[0].seconds, times[0].cpuSeconds);
      System.out.printf(
          "| 7B (%.2f · 10⁹ weights) at that rate, one core | %.0f min | %.0f min |%n",
          WEIGHTS_OF_7B / 1e9, times[0].seconds * models / 60, times[0].cpuSeconds * models / 60);
    }
  }

  private Map<Role, RoleStatistics> statistics(BlockWeights weights, List<RoleGroup> groups) {
    Map<Role, RoleStatistics> statistics = new EnumMap<>(Role.class);
    for (RoleGroup group : groups) {
      int columns = weights.linear(group.linears().get(0)).columns();
      statistics.put(group.role(), statistics(columns, SAMPLES));
    }
    return statistics;
  }

  private RoleStatistics statistics(int channels, int samples) {
    double[] importance = new double[channels];
    double[] meanSquare = new double[channels];
    Matrix rows = matrix(samples, channels);
    float[] weights = new float[samples];
    Arrays.fill(weights, 1);
    for (int j = 0; j < channels; j++) {
      importance[j] = Math.exp(random.nextGaussian());
      meanSquare[j] = 1.6 * importance[j] * importance[j];
      for (int t = 0; t < samples; t++) {
        rows.values()[t * channels + j] *= (float) importance[j];
      }
    }
    return new RoleStatistics(importance, meanSquare, new SampledRows(rows, weights));
  }

  private Matrix matrix(int rows, int columns) {
    Matrix matrix = Matrix.zeros(rows, columns);
    for (int i = 0; i < matrix.values().length; i++) {
      matrix.values()[i] = (float) random.nextGaussian();
    }
    return matrix;
  }
}
