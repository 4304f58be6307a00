package dev.foresight.quantize;

import static org.assertj.core.api.Assertions.assertThat;

import dev.foresight.model.Model;
import dev.foresight.model.Role;
import dev.foresight.onnx.BlockRunner;
import dev.foresight.onnx.GoldenModel;
import dev.foresight.onnx.Llama;
import dev.foresight.onnx.Observed;
import dev.foresight.onnx.RowSelection;
import dev.foresight.onnx.RunnerSettings;
import dev.foresight.quantize.fold.LinearFold;
import dev.foresight.quantize.fold.LinearScale;
import dev.foresight.quantize.plan.Grid;
import dev.foresight.quantize.plan.Loss;
import dev.foresight.quantize.plan.SearchSettings;
import dev.foresight.sketch.ChannelSums;
import dev.foresight.sketch.Sums;
import dev.foresight.tensor.Checkpoint;
import dev.foresight.tensor.DType;
import dev.foresight.tensor.Matrix;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Folding and quantizing every family of architecture_goldens.py, judged by running the result. */
class ArchitectureFoldingTest {
  private static final long SEED = 20261122;

  static List<GoldenModel> families() {
    List<GoldenModel> all = new ArrayList<>(GoldenModel.all());
    all.add(new GoldenModel("gemma3"));
    return all;
  }

  @ParameterizedTest
  @MethodSource("families")
  void randomScalesOfEveryRoleChangeNoHiddenState(GoldenModel family) throws IOException {
    Random random = new Random(SEED);
    Map<String, float[]> folded = new HashMap<>();
    try (Model model = family.open()) {
      for (int block = 0; block < model.config().blocks(); block++) {
        BlockWeights weights = BlockParts.read(model, block, Optional.of(DType.F32));
        Folding folding = new Folding(weights);
        Map<String, float[]> columns = new HashMap<>();
        for (RoleGroup group : BlockParts.groups(model)) {
          float[] scale = randomScale(group, weights, random);
          float[] effective = folding.fold(group.fold(), scale);
          assertThat(effective).hasSameSizeAs(new float[group.role().channels(model.config())]);
          group.linears().forEach(linear -> columns.put(linear, effective));
        }
        String prefix = model.architecture().tensorName(block, "");
        columns.forEach(
            (linear, scale) ->
                folded.put(
                    prefix + linear + ".weight",
                    new LinearScale(scale, folding.rows(linear))
                        .apply(weights.linear(linear))
                        .values()));
        folding.vectors().forEach((tensor, values) -> folded.put(prefix + tensor, values));
      }
      assertThat(error(family, model, folded)).isLessThan(1e-5);
    }
  }

  /** A control: a fold that is left out must show. */
  @ParameterizedTest
  @MethodSource("families")
  void scaleThatIsNotFoldedBreaksTheGate(GoldenModel family) throws IOException {
    try (Model model = family.open()) {
      Map<String, float[]> changed = new HashMap<>();
      BlockWeights weights = BlockParts.read(model, 0, Optional.of(DType.F32));
      RoleGroup group = BlockParts.groups(model).get(Role.ATTENTION_OUTPUT.ordinal());
      float[] scale = randomScale(group, weights, new Random(SEED));
      float[] spread = ((LinearFold) group.fold()).spread(scale);
      Matrix output = weights.linear("self_attn.o_proj");
      float[] ones = new float[output.rows()];
      Arrays.fill(ones, 1);
      changed.put(
          model.architecture().tensorName(0, "self_attn.o_proj.weight"),
          new LinearScale(spread, ones).apply(output).values());
      assertThat(error(family, model, changed)).isGreaterThan(0.05);
    }
  }

  /** With a misplaced fold, 8 bits would be as far off as the control above. */
  @ParameterizedTest
  @MethodSource("families")
  void eightBitsWithSearchedScalesStayCloseToTheFloatModel(GoldenModel family) throws IOException {
    Map<String, float[]> quantized = new HashMap<>();
    try (Model model = family.open()) {
      List<Map<Role, RoleStatistics>> statistics = statistics(family, model);
      for (int block = 0; block < model.config().blocks(); block++) {
        BlockWeights weights = BlockParts.read(model, block, Optional.empty());
        BlockResult result =
            BlockQuantizer.quantize(
                weights,
                BlockParts.groups(model),
                statistics.get(block),
                new Grid(8, 16, true, weights.stored()),
                SearchSettings.faq().withLoss(Loss.DIAGONAL),
                new PlainProduct());
        assertThat(result.linears().keySet()).isEqualTo(weights.linears().keySet());
        assertThat(result.reports()).allSatisfy(report -> assertThat(report.alpha()).isNotNaN());
        String prefix = model.architecture().tensorName(block, "");
        result
            .linears()
            .forEach(
                (linear, codes) ->
                    quantized.put(prefix + linear + ".weight", codes.dequantized().values()));
        result.vectors().forEach((tensor, values) -> quantized.put(prefix + tensor, values));
      }
      assertThat(error(family, model, quantized)).isLessThan(0.05);
    }
  }

  private static float[] randomScale(RoleGroup group, BlockWeights weights, Random random) {
    int columns = weights.linear(group.linears().get(0)).columns();
    int repeat = group.fold() instanceof LinearFold linear ? linear.repeat() : 1;
    float[] scale = new float[columns / repeat];
    for (int j = 0; j < scale.length; j++) {
      scale[j] = (float) Math.exp(random.nextGaussian());
    }
    return scale;
  }

  /** Relative RMS of the hidden states behind the last block, with some tensors exchanged. */
  private static double error(GoldenModel family, Model model, Map<String, float[]> changed)
      throws IOException {
    try (Checkpoint golden = family.golden();
        Model other =
            family.open(
                (name, values) -> {
                  if (changed.containsKey(name)) {
                    System.arraycopy(changed.get(name), 0, values, 0, values.length);
                  }
                });
        BlockRunner runner = new BlockRunner(model, RunnerSettings.resident());
        BlockRunner otherRunner = new BlockRunner(other, RunnerSettings.resident())) {
      int[][] ids = Llama.ids(golden);
      return Llama.relativeRms(otherRunner.run(ids), runner.run(ids));
    }
  }

  /** What a calibration on the golden sequences finds, of each block. */
  private static List<Map<Role, RoleStatistics>> statistics(GoldenModel family, Model model)
      throws IOException {
    List<Map<Role, RoleStatistics>> blocks = new ArrayList<>();
    try (Checkpoint golden = family.golden();
        BlockRunner runner =
            new BlockRunner(model, RunnerSettings.resident().measuring(List.of(Sums.SUMS)))) {
      runner.run(
          Llama.ids(golden),
          RowSelection.none(),
          (block, measured, firstSequence) -> {
            Map<Role, RoleStatistics> roles = new EnumMap<>(Role.class);
            for (Role role : Role.values()) {
              roles.put(role, statistics(Observed.sums(measured.get(role.key())).rest()));
            }
            blocks.add(roles);
          });
    }
    return blocks;
  }

  private static RoleStatistics statistics(ChannelSums sums) {
    double[] meanAbs = new double[sums.channels()];
    double[] meanSquare = new double[meanAbs.length];
    for (int j = 0; j < meanAbs.length; j++) {
      meanAbs[j] = sums.sumAbs()[j] / sums.tokens();
      meanSquare[j] = sums.sumSquare()[j] / sums.tokens();
    }
    return new RoleStatistics(meanAbs, meanSquare, null);
  }
}
