package dev.foresight.onnx;

import com.sun.management.OperatingSystemMXBean;
import dev.foresight.evaluate.Judge;
import dev.foresight.evaluate.PerplexityResult;
import dev.foresight.model.Model;
import dev.foresight.model.Role;
import dev.foresight.onnx.graph.LinearNodes;
import dev.foresight.onnx.graph.Statistics;
import dev.foresight.sketch.Measured;
import dev.foresight.sketch.RoleSketch;
import dev.foresight.sketch.SliceStates;
import dev.foresight.sketch.Sums;
import dev.foresight.tensor.Checkpoint;
import dev.foresight.tensor.LocalModelFolder;
import dev.foresight.tensor.SafetensorsFile;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** A real model against transformers; started by {@code tools/exactness/run}. */
final class ExactnessReport {
  private static final int TWO = 2; // windows whose hidden states the reference holds

  private ExactnessReport() {}

  /**
   * @param args a model folder, and the folder of what transformers computed with it
   */
  public static void main(String[] args) throws IOException {
    LocalModelFolder folder = new LocalModelFolder(Path.of(args[0]));
    Path reference = Path.of(args[1]);
    try (Checkpoint golden =
            SafetensorsFile.open(new LocalModelFolder(reference).open("reference.safetensors"));
        Model model = Model.open(folder)) {
      int[][] windows = Llama.ids(golden);
      System.out.printf(
          "load average before: %s%n", Files.readString(Path.of("/proc/loadavg")).strip());
      blocksOnTheSameInput(model, golden, windows[0].length);
      slice(model, golden, windows);
      wholeModel(model, golden, windows);
      System.out.printf("peak memory of the process: %d MB%n", peakMegabytes());
    }
  }

  private static void blocksOnTheSameInput(Model model, Checkpoint golden, int length)
      throws IOException {
    System.out.println("block | relative RMS | without position 0 | worst sum of two windows");
    RunnerSettings settings = RunnerSettings.resident().measuring(Statistics.all());
    BlockGraphs graphs =
        new BlockGraphs(
            model.config(), model.architecture(), settings.statistics(), LinearNodes.FLOAT);
    RopeTable rope = new RopeTable(model.config(), length);
    double worst = 0;
    for (int block = 0; block < model.config().blocks(); block++) {
      float[] input = golden.floats("hidden." + block);
      FloatBuffer in = FloatPool.allocate(input.length).put(input).flip();
      FloatBuffer out = FloatPool.allocate(input.length);
      float[] found = new float[input.length];
      double sums;
      try (BlockCache cache = BlockCache.temporary();
          BlockSession session =
              BlockSession.open(model, block, graphs.of(block), settings, cache);
          BatchInputs inputs =
              new BatchInputs(TWO, length, model.config().hidden(), rope, new long[0])) {
        Map<String, Measured> measured = session.run(inputs, in, out);
        out.get(found);
        sums = worstSum(sums(measured), golden, "two.block" + block);
      }
      float[] wanted = golden.floats("hidden." + (block + 1));
      double all = Llama.relativeRms(found, wanted);
      double later = Llama.relativeRms(withoutFirst(found, length), withoutFirst(wanted, length));
      System.out.printf("%5d | %.2e | %.2e | %.2e%n", block, all, later, sums);
      Bound.require("block " + block, all, 1e-5);
      Bound.require("block %d without position 0".formatted(block), later, 1e-5);
      worst = Math.max(worst, sums);
    }
    Bound.require("worst sum of two windows", worst, 1e-5);
  }

  /** Sums of 16 windows along the chain, and the time with and without statistics. */
  private static void slice(Model model, Checkpoint golden, int[][] windows) throws IOException {
    int[][] slice = new int[windows.length / 2][];
    Arrays.setAll(slice, i -> windows[2 * i]);
    SliceStates<RoleSketch> sums = new SliceStates<>(Sums.SUMS, "", List.of());
    double measuring;
    try (BlockRunner runner =
        new BlockRunner(model, RunnerSettings.streaming(1).measuring(Statistics.all()))) {
      runner.run(Arrays.copyOf(slice, 1));
      double start = processSeconds();
      runner.run(
          slice,
          RowSelection.none(),
          (block, measured, firstSequence) -> sums.add(block, measured));
      measuring = processSeconds() - start;
    }
    double plain;
    try (BlockRunner runner = new BlockRunner(model, RunnerSettings.streaming(1))) {
      runner.run(Arrays.copyOf(slice, 1));
      double start = processSeconds();
      runner.run(slice);
      plain = processSeconds() - start;
    }
    double worst = 0;
    List<Map<String, RoleSketch>> blocks = sums.blocks();
    for (int block = 0; block < blocks.size(); block++) {
      worst = Math.max(worst, worstSum(blocks.get(block), golden, "slice.block" + block));
    }
    int tokens = slice.length * slice[0].length;
    System.out.printf(
        "sums of a slice of %d x %d tokens along the chain, worst relative RMS over channels: %.2e%n",
        slice.length, slice[0].length, worst);
    System.out.printf(
        "1 thread, streaming one block: %.0f tokens per CPU second plain, %.0f with statistics%n",
        tokens / plain, tokens / measuring);
    Bound.require("worst sum of the slice", worst, 1e-4);
  }

  private static void wholeModel(Model model, Checkpoint golden, int[][] windows)
      throws IOException {
    float[] loss = golden.floats("loss");
    double sum = 0;
    for (float value : loss) {
      sum += value;
    }
    double wanted = Math.exp(sum / loss.length);
    try (BlockRunner runner = new BlockRunner(model, RunnerSettings.resident());
        Judge judge = Judge.of(model)) {
      float[] hidden = runner.run(windows);
      float[] first = Arrays.copyOf(hidden, hidden.length / windows.length);
      double logits = Llama.relativeRms(LikelyToken.logits(model, first), golden.floats("logits"));
      System.out.printf("logits of the first window: relative RMS %.2e%n", logits);
      PerplexityResult result = PerplexityResult.of(judge.judge(windows, hidden));
      System.out.printf(
          "perplexity of %d windows: %.4f, transformers %.4f (%+.4f %%)%n",
          windows.length, result.perplexity(), wanted, 100 * (result.perplexity() / wanted - 1));
      Bound.require("logits", logits, 1e-4);
      Bound.require("perplexity", Math.abs(result.perplexity() / wanted - 1), 1e-3);
    }
  }

  private static double worstSum(Map<String, RoleSketch> sums, Checkpoint golden, String prefix)
      throws IOException {
    double worst = 0;
    for (Role role : Role.values()) {
      String key = "%s.%s".formatted(prefix, role.key());
      RoleSketch found = sums.get(role.key());
      worst = Math.max(worst, SumErrors.worst(found.rest(), golden.floats(key + ".later")));
      worst = Math.max(worst, SumErrors.worst(found.first(), golden.floats(key + ".first")));
    }
    return worst;
  }

  private static Map<String, RoleSketch> sums(Map<String, Measured> batch) {
    SliceStates<RoleSketch> sums = new SliceStates<>(Sums.SUMS, "", List.of());
    sums.add(0, batch);
    return sums.blocks().get(0);
  }

  private static float[] withoutFirst(float[] states, int length) {
    int channels = states.length / TWO / length;
    float[] later = new float[states.length - TWO * channels];
    int each = later.length / TWO;
    for (int w = 0; w < TWO; w++) {
      System.arraycopy(states, (w * length + 1) * channels, later, w * each, each);
    }
    return later;
  }

  /** CPU time of all threads, which other processes disturb less than they do a clock. */
  private static double processSeconds() {
    OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    return system.getProcessCpuTime() / 1e9;
  }

  private static long peakMegabytes() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("VmHWM")) {
        return Long.parseLong(line.replaceAll("\\D", "")) / 1024;
      }
    }
    return 0;
  }
}
