package dev.foresight.onnx;

import dev.foresight.model.Model;
import dev.foresight.model.Role;
import dev.foresight.onnx.graph.Precision;
import dev.foresight.onnx.graph.Statistics;
import dev.foresight.sketch.ChannelSums;
import dev.foresight.tensor.LocalModelFolder;
import dev.foresight.text.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** What 8-bit linears change in the statistics of a model; started by {@code bench/blocks/run}. */
final class Int8Errors {
  private static final int SEQUENCES = 4;

  private static final Map<String, Function<ChannelSums, float[]>> STATISTICS =
      Map.of(
          "Σ|x|", sums -> SumErrors.floats(sums.sumAbs()),
          "Σx²", sums -> SumErrors.floats(sums.sumSquare()),
          "max|x|", ChannelSums::maxAbs);

  private Int8Errors() {}

  /**
   * @param args a model folder and a text of at least 2,048 tokens
   */
  public static void main(String[] args) throws IOException {
    LocalModelFolder folder = new LocalModelFolder(Path.of(args[0]));
    int[][] slice = new int[SEQUENCES][];
    try (Tokenizer tokenizer = Tokenizer.open(folder)) {
      int[] tokens = tokenizer.encode(Files.readString(Path.of(args[1])));
      Arrays.setAll(slice, s -> Arrays.copyOfRange(tokens, 512 * s, 512 * (s + 1)));
    }
    try (Model model = Model.open(folder)) {
      Observed exact = new Observed();
      Observed rounded = new Observed();
      float[] wanted = run(model, Precision.FP32, slice, exact);
      float[] found = run(model, Precision.INT8, slice, rounded);
      System.out.printf(
          "%n8-bit linears in all %d blocks of %s, %d x 512 tokens: hidden states behind the last"
              + " block are %.4f off (relative RMS); relative RMS over channels of the sums of"
              + " positions 1 and above, median / worst of the blocks:%n%n",
          model.config().blocks(),
          folder.location().replaceFirst(".*/", ""),
          SEQUENCES,
          Llama.relativeRms(found, wanted));
      System.out.println("| role | Σ\\|x\\| | Σx² | max\\|x\\| |\n|---|---|---|---|");
      for (Role role : Role.values()) {
        System.out.printf(
            "| %s | %s | %s | %s |%n",
            role.key(),
            cell(role, "Σ|x|", exact, rounded),
            cell(role, "Σx²", exact, rounded),
            cell(role, "max|x|", exact, rounded));
      }
    }
  }

  private static float[] run(Model model, Precision precision, int[][] slice, Observed observed)
      throws IOException {
    RunnerSettings settings =
        RunnerSettings.streaming(1).measuring(Statistics.all()).with(precision);
    try (BlockRunner runner = new BlockRunner(model, settings)) {
      return runner.run(slice, RowSelection.none(), observed);
    }
  }

  private static String cell(Role role, String statistic, Observed exact, Observed rounded) {
    List<Double> errors = new ArrayList<>();
    int blocks = exact.calls.get(exact.calls.size() - 1).block() + 1;
    for (int block = 0; block < blocks; block++) {
      errors.add(
          Llama.relativeRms(
              total(rounded, block, role, statistic), total(exact, block, role, statistic)));
    }
    errors.sort(null);
    return "%.4f / %.4f".formatted(errors.get(blocks / 2), errors.get(blocks - 1));
  }

  /** Over all batches of a block. */
  private static float[] total(Observed observed, int block, Role role, String statistic) {
    float[] total = null;
    for (Observed.Call call : observed.calls) {
      if (call.block() == block) {
        float[] part = STATISTICS.get(statistic).apply(call.sums(role).rest());
        total = total == null ? new float[part.length] : total;
        for (int j = 0; j < part.length; j++) {
          total[j] = statistic.startsWith("max") ? Math.max(total[j], part[j]) : total[j] + part[j];
        }
      }
    }
    return total;
  }
}
