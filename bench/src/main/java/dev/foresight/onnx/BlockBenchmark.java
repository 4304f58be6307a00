package dev.foresight.onnx;

import ai.onnxruntime.OrtException;
import dev.foresight.model.Model;
import dev.foresight.onnx.BenchmarkBlock.Run;
import dev.foresight.onnx.BenchmarkBlock.Size;
import dev.foresight.onnx.OnnxEnvironment.Scratch;
import dev.foresight.onnx.graph.Precision;
import dev.foresight.onnx.graph.Statistics;
import dev.foresight.tensor.LocalModelFolder;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CyclicBarrier;

/**
 * How fast blocks run; started by {@code bench/blocks/run}. All variants of a size take turns, and
 * the shortest time of each counts, so that a load that comes and goes hits all of them alike.
 */
final class BlockBenchmark {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
  private static final RunnerSettings FP32 = RunnerSettings.streaming(1);
  private static final RunnerSettings INT8 = FP32.with(Precision.INT8);

  private final List<Variant> variants = new ArrayList<>();
  private final Size size;

  private BlockBenchmark(Size size) {
    this.size = size;
  }

  /** One row of a table. */
  private static final class Variant {
    final String name;
    final Run run;
    final int callers;
    final int tokens;
    double seconds = Double.POSITIVE_INFINITY;
    double cpuSeconds = Double.POSITIVE_INFINITY;

    Variant(String name, Run run, int callers, int tokens) {
      this.name = name;
      this.run = run;
      this.callers = callers;
      this.tokens = tokens;
    }

    double tokensPerSecond() {
      return callers * tokens / seconds;
    }

    /** Two cells: what a loaded machine leaves standing. Empty if other threads did the work. */
    String perCpuSecond(double operations, double products) {
      if (callers > 1 || run instanceof TorchBlock.TorchRun) {
        return " | |";
      }
      double found = tokens / cpuSeconds;
      return " %.0f | %.0f %% |".formatted(found, 100 * found * operations / products);
    }

    void time() throws Exception {
      if (callers == 1) {
        long cpu = THREADS.getCurrentThreadCpuTime();
        long start = System.nanoTime();
        run.once(0);
        seconds = Math.min(seconds, (System.nanoTime() - start) / 1e9);
        cpuSeconds = Math.min(cpuSeconds, (THREADS.getCurrentThreadCpuTime() - cpu) / 1e9);
        return;
      }
      CyclicBarrier start = new CyclicBarrier(2);
      Thread other =
          new Thread(
              () -> {
                try {
                  start.await();
                  run.once(1);
                } catch (Exception e) {
                  throw new IllegalStateException(e);
                }
              });
      other.start();
      start.await();
      long began = System.nanoTime();
      run.once(0);
      other.join();
      seconds = Math.min(seconds, (System.nanoTime() - began) / 1e9);
    }
  }

  /**
   * @param args {@code speed SIZES REPETITIONS [PYTHON SCRIPT]}, {@code tuning SIZES REPETITIONS},
   *     {@code memory SIZE PRECISION CACHE} or {@code streaming MODEL_FOLDER PRECISION CACHE}
   */
  public static void main(String[] args) throws Exception {
    switch (args[0]) {
      case "memory" -> memory(Size.of(args[1]), Precision.valueOf(args[2]), Path.of(args[3]));
      case "streaming" -> streaming(Path.of(args[1]), Precision.valueOf(args[2]), Path.of(args[3]));
      default -> {
        for (String key : args[1].split(",")) {
          timed(args, Size.of(key));
        }
      }
    }
  }

  private static void timed(String[] args, Size size) throws Exception {
    BlockBenchmark benchmark = new BlockBenchmark(size);
    TorchBlock torch = args.length > 3 ? new TorchBlock(args[3], args[4], size) : null;
    try (BenchmarkBlock block = new BenchmarkBlock(size, BlockCache.temporary())) {
      System.out.printf("%n%s; load before: %s%n%n", block, load());
      if (args[0].equals("speed")) {
        benchmark.speed(block, torch);
      } else {
        benchmark.tuning(block);
      }
      benchmark.measure(Integer.parseInt(args[2]));
      benchmark.print();
      System.out.printf("%nload after: %s%n", load());
    } finally {
      for (Run run : new LinkedHashSet<>(benchmark.variants.stream().map(v -> v.run).toList())) {
        run.close(); // one and two callers share it
      }
      if (torch != null) {
        torch.close();
      }
    }
  }

  private void speed(BenchmarkBlock block, TorchBlock torch) throws IOException, OrtException {
    int tokens = FP32.batchTokens();
    variants.add(new Variant("fp32 linears alone (SGEMM)", block.products(tokens), 1, tokens));
    for (RunnerSettings settings : List.of(FP32, INT8)) {
      String name = settings.precision().name().toLowerCase(Locale.ROOT);
      for (boolean statistics : new boolean[] {false, true}) {
        Run run = block.block(statistics ? settings.measuring(Statistics.all()) : settings, tokens);
        String what = name + (statistics ? ", with statistics" : "");
        variants.add(new Variant(what, run, 1, tokens));
        variants.add(new Variant(what, run, 2, tokens));
      }
    }
    if (torch != null) {
      for (String type : List.of("float32", "bfloat16")) {
        variants.add(new Variant(torch.version() + " " + type, torch.run(type), 1, tokens));
      }
    }
  }

  private void tuning(BenchmarkBlock block) throws IOException, OrtException {
    variants.add(
        new Variant(
            "fp32 linears alone (SGEMM)",
            block.products(FP32.batchTokens()),
            1,
            FP32.batchTokens()));
    for (RunnerSettings settings :
        List.of(FP32.measuring(Statistics.all()), INT8.measuring(Statistics.all()))) {
      boolean as = settings.precision().repacks();
      for (int tokens = BenchmarkBlock.LENGTH; tokens <= size.tokens; tokens *= 2) {
        String name = "%s with statistics, %d tokens".formatted(settings.precision(), tokens);
        add(name, block.tuned(settings, tokens, as, Scratch.FREED, false), tokens);
        add(name + ", memory kept", block.tuned(settings, tokens, as, Scratch.KEPT, false), tokens);
        add(
            name + ", memory kept and shrunk",
            block.tuned(settings, tokens, as, Scratch.KEPT, true),
            tokens);
        if (!as) {
          add(
              name + ", weights laid out anew",
              block.tuned(settings, tokens, true, Scratch.FREED, false),
              tokens);
        }
      }
    }
  }

  private void add(String name, Run run, int tokens) {
    variants.add(new Variant(name, run, 1, tokens));
  }

  private void measure(int repetitions) throws Exception {
    for (int i = 0; i < repetitions; i++) {
      for (Variant variant : variants) {
        variant.time();
      }
    }
  }

  /** GF/s counts what the model needs, so that a variant that computes more is not faster. */
  private void print() {
    double best = size.operations() - 2.0 * BenchmarkBlock.LENGTH * size.hidden;
    Variant products = variants.get(0);
    double rate = products.tokensPerSecond() * best / 1e9;
    System.out.println(
        "| variant | callers | tokens/s | GF/s | of SGEMM | tokens per CPU second | of SGEMM |");
    System.out.println("|---|---|---|---|---|---|---|");
    for (Variant variant : variants) {
      double operations = variant == products ? best : size.operations();
      double found = variant.tokensPerSecond() * operations / 1e9;
      System.out.printf(
          "| %s | %d | %.0f | %.1f | %.0f %% |%s%n",
          variant.name,
          variant.callers,
          variant.tokensPerSecond(),
          found,
          100 * found / rate,
          variant.perCpuSecond(operations, products.tokens * best / products.cpuSeconds));
    }
  }

  /** Peak memory of a process that measures one block over one sequence. */
  private static void memory(Size size, Precision precision, Path cache) throws Exception {
    String from = Files.exists(cache) ? "already converted" : "converting it";
    try (BenchmarkBlock block = new BenchmarkBlock(size, BlockCache.of(cache, "0".repeat(32)));
        Run run =
            block.block(FP32.with(precision).measuring(Statistics.all()), BenchmarkBlock.LENGTH)) {
      run.once(0);
      System.out.printf(
          "| one %s block, %s, 512 tokens, %s | %s |%n", size.key, precision, from, peak());
    }
  }

  /** Peak memory of a process that measures a slice of 16 x 512 tokens, one block at a time. */
  private static void streaming(Path folder, Precision precision, Path cache) throws IOException {
    String from = Files.exists(cache) ? "already converted" : "converting them";
    int[][] slice = new int[16][BenchmarkBlock.LENGTH];
    try (Model model = Model.open(new LocalModelFolder(folder));
        BlockRunner runner =
            new BlockRunner(
                model,
                FP32.with(precision).measuring(Statistics.all()),
                BlockCache.of(cache, "0".repeat(32)))) {
      for (int s = 0; s < slice.length; s++) {
        int start = s * 7919;
        Arrays.setAll(slice[s], i -> (start + i * 31) % model.config().vocabulary());
      }
      runner.run(slice, RowSelection.none(), (block, statistics, first) -> {});
      System.out.printf(
          "| blocks of %s one by one, %s, slice of 16 x 512 tokens, %s | %s |%n",
          folder.getFileName(), precision, from, peak());
    }
  }

  private static String peak() throws IOException {
    return "%d MB".formatted(kilobytes("VmHWM") / 1000);
  }

  private static long kilobytes(String key) throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith(key)) {
        return Long.parseLong(line.replaceAll("\\D", ""));
      }
    }
    throw new IOException("/proc/self/status has no " + key);
  }

  private static String load() throws IOException {
    return Files.readString(Path.of("/proc/loadavg")).strip();
  }
}
