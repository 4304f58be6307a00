package dev.foresight.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foresight.InputException;
import dev.foresight.model.Role;
import dev.foresight.quantize.fold.LinearFold;
import dev.foresight.quantize.fold.NormFold;
import dev.foresight.quantize.plan.BlockGrids;
import dev.foresight.quantize.plan.Grid;
import dev.foresight.quantize.plan.Loss;
import dev.foresight.quantize.plan.SearchSettings;
import dev.foresight.quantize.plan.Steps;
import dev.foresight.tensor.DType;
import dev.foresight.tensor.Matrix;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;

/** What settings, statistics and layouts make of a block. */
class BlockSettingsTest {
  private static final Grid GRID = new Grid(3, 4, false, DType.F16);

  private final SmallBlock block = new SmallBlock();

  @Test
  void roundToNearestNeedsNoStatisticsAndChangesNothingBeforeRounding() {
    BlockResult result = quantize(Map.of(), Set.of(), SearchSettings.rtn());
    assertThat(result.linears()).hasSize(7);
    result
        .linears()
        .forEach(
            (name, linear) ->
                assertThat(linear.codes())
                    .isEqualTo(GroupRounding.round(block.linears.get(name), GRID, name).codes()));
    assertThat(result.vectors().get("input_layernorm.weight"))
        .isEqualTo(block.vectors.get("input_layernorm.weight"));
    assertThat(result.reports()).allSatisfy(r -> assertThat(r.alpha()).isNaN());
    assertThat(result.reports()).allSatisfy(r -> assertThat(r.finalLoss()).isNaN());
  }

  @Test
  void searchNeverLosesToRoundingOnTheLossItMinimises() {
    for (Loss loss : Loss.values()) {
      BlockResult result = quantize(SearchSettings.faq().withLoss(loss).withClip(false));
      for (Role role : Role.values()) {
        List<LinearReport> ofRole =
            result.reports().stream().filter(r -> r.role() == role).toList();
        assertThat(ofRole.stream().mapToDouble(LinearReport::scaleLoss).sum())
            .isLessThanOrEqualTo(ofRole.stream().mapToDouble(LinearReport::roundLoss).sum());
      }
    }
  }

  @Test
  void clipLowersTheDiagonalLossAndSparesQueriesAndKeys() {
    SearchSettings settings = SearchSettings.rtn().withClip(true);
    BlockResult result = quantize(settings);
    for (LinearReport report : result.reports()) {
      if (Set.of("self_attn.q_proj", "self_attn.k_proj").contains(report.linear())) {
        assertThat(report.clipShare()).isZero();
        assertThat(report.finalLoss()).isEqualTo(report.roundLoss());
      } else {
        assertThat(report.clipShare()).isPositive();
        assertThat(report.finalLoss()).isLessThan(report.roundLoss());
      }
    }
  }

  @Test
  void linearKeptInFloatIsScaledAndHasNoSayInTheScale() {
    SearchSettings settings = SearchSettings.faq().withClip(false);
    BlockResult result = quantize(block.statistics, Set.of("mlp.gate_proj"), settings);
    assertThat(result.linears()).hasSize(6).doesNotContainKey("mlp.gate_proj");
    float[] norm = result.vectors().get("post_attention_layernorm.weight");
    float[] before = block.vectors.get("post_attention_layernorm.weight");
    float[] gate = result.floats().get("mlp.gate_proj").values();
    float[] gateBefore = block.linears.get("mlp.gate_proj").values();
    for (int j = 0; j < 8; j++) {
      assertThat(gate[j]).isEqualTo(DType.BF16.round(gateBefore[j] * (before[j] / norm[j])));
    }
    block.linears.put("mlp.gate_proj", block.matrix(12, 8));
    BlockResult other = quantize(block.statistics, Set.of("mlp.gate_proj"), settings);
    assertThat(other.vectors().get("post_attention_layernorm.weight")).isEqualTo(norm);
  }

  @Test
  void roleWhoseLinearsAllStayInFloatIsLeftAlone() {
    BlockResult result = quantize(block.statistics, Set.of("mlp.down_proj"), SearchSettings.faq());
    assertThat(result.floats().get("mlp.down_proj").values())
        .isEqualTo(block.linears.get("mlp.down_proj").values());
    assertThat(result.vectors().get("mlp.up_proj.bias"))
        .isEqualTo(block.vectors.get("mlp.up_proj.bias"));
    assertThat(report(result, "mlp.down_proj").bits()).isZero();
  }

  @Test
  void attentionOutputIsScaledOnlyWhereTheSettingsSaySo() {
    BlockResult awq = quantize(SearchSettings.awq());
    assertThat(report(awq, "self_attn.o_proj").alpha()).isNaN();
    assertThat(awq.vectors().get("self_attn.v_proj.bias"))
        .isEqualTo(block.vectors.get("self_attn.v_proj.bias"));
    BlockResult faq = quantize(SearchSettings.faq());
    assertThat(report(faq, "self_attn.o_proj").alpha()).isPositive();
    assertThat(faq.vectors().get("self_attn.v_proj.bias"))
        .isNotEqualTo(block.vectors.get("self_attn.v_proj.bias"));
  }

  @Test
  void sameArgumentsGiveTheSameBitsAndAreNotWrittenTo() {
    float[] before = block.linears.get("mlp.up_proj").values().clone();
    BlockResult first = quantize(SearchSettings.faq());
    BlockResult second = quantize(SearchSettings.faq());
    assertThat(block.linears.get("mlp.up_proj").values()).isEqualTo(before);
    first
        .linears()
        .forEach(
            (name, linear) ->
                assertThat(linear.codes()).isEqualTo(second.linears().get(name).codes()));
    assertThat(first.reports()).isEqualTo(second.reports());
  }

  @Test
  void sampledLossWithoutRowsNamesTheDiagonalOne() {
    RoleStatistics known = block.statistics.get(Role.MLP_INPUT);
    block.statistics.put(
        Role.MLP_INPUT, new RoleStatistics(known.importance(), known.meanSquare(), null));
    assertThatThrownBy(() -> quantize(SearchSettings.faq()))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("model.layers.3.mlp_input")
        .hasMessageContaining("--loss diagonal");
  }

  @Test
  void roleWithoutStatisticsNamesItselfAndTheWayOut() {
    block.statistics.remove(Role.MLP_OUTPUT);
    assertThatThrownBy(() -> quantize(SearchSettings.faq()))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("model.layers.3.mlp_output")
        .hasMessageContaining("--method rtn");
  }

  @Test
  void statisticsOfAnotherModelAreRefused() {
    block.statistics.put(Role.MLP_INPUT, block.statistics.get(Role.MLP_OUTPUT));
    assertThatThrownBy(() -> quantize(SearchSettings.faq()))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("model.layers.3.mlp_input has 8 channels")
        .hasMessageContaining("12")
        .hasMessageContaining("another model");
  }

  @Test
  void statisticThatIsNoNumberIsRefusedWithItsChannel() {
    block.statistics.get(Role.MLP_INPUT).meanSquare()[5] = Double.POSITIVE_INFINITY;
    assertThatThrownBy(() -> quantize(SearchSettings.faq()))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("mean square Infinity in channel 5");
  }

  @Test
  void normBeyondTheStoredTypeNamesTheTensor() {
    block.vectors.get("input_layernorm.weight")[2] = 1e6f;
    assertThatThrownBy(
            () ->
                BlockQuantizer.quantize(
                    block.weights(DType.F16),
                    SmallBlock.GROUPS,
                    Map.of(),
                    GRID,
                    SearchSettings.rtn(),
                    new PlainProduct()))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("model.layers.3.input_layernorm.weight has 1000000.0 at index 2")
        .hasMessageContaining("F16");
  }

  @Test
  void groupThatDoesNotDivideNamesTheWholePath() {
    assertThatThrownBy(
            () ->
                BlockQuantizer.quantize(
                    block.weights(DType.BF16),
                    SmallBlock.GROUPS,
                    Map.of(),
                    new Grid(3, 3, false, DType.F16),
                    SearchSettings.rtn(),
                    new PlainProduct()))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("model.layers.3.self_attn.q_proj has 8 input channels");
  }

  @Test
  void weightThatIsNoNumberIsNamedBeforeAnythingIsSearched() {
    block.linears.get("mlp.up_proj").values()[8 * 5 + 3] = Float.NEGATIVE_INFINITY;
    for (SearchSettings settings :
        List.of(SearchSettings.rtn(), SearchSettings.rtnWeighted(), SearchSettings.faq())) {
      assertThatThrownBy(() -> quantize(settings))
          .isInstanceOf(InputException.class)
          .hasMessage(
              "model.layers.3.mlp.up_proj has weight -Infinity in row 5, column 3: the checkpoint is damaged.");
    }
  }

  @Test
  void linearOfZerosStaysZeroUnderEveryMethod() {
    block.linears.put("mlp.down_proj", Matrix.zeros(8, 12));
    for (SearchSettings settings :
        List.of(
            SearchSettings.rtn(),
            SearchSettings.rtnWeighted(),
            SearchSettings.awq().withWeightTerm(true),
            SearchSettings.faq())) {
      BlockResult result = quantize(settings);
      assertThat(result.linears().get("mlp.down_proj").dequantized().values()).containsOnly(0);
      assertThat(result.linears().get("mlp.down_proj").steps()).containsOnly(1);
      assertThat(report(result, "mlp.down_proj").finalLoss()).isZero();
    }
  }

  @Test
  void weightedStepsLowerTheDiagonalLossOfEveryLinearAndScaleNothing() {
    BlockResult result = quantize(SearchSettings.rtnWeighted());
    for (LinearReport report : result.reports()) {
      assertThat(report.alpha()).isNaN();
      assertThat(report.finalLoss()).isLessThan(report.roundLoss());
      assertThat(report.clipShare()).isPositive();
    }
    assertThat(result.vectors().get("input_layernorm.weight"))
        .isEqualTo(block.vectors.get("input_layernorm.weight"));
  }

  @Test
  void scalesAreChosenUnderTheWeightedStepsSoThatNoRoleIsWorseThanWithThoseStepsAlone() {
    for (Loss loss : Loss.values()) {
      BlockResult alone = quantize(SearchSettings.rtnWeighted().withLoss(loss));
      BlockResult both = quantize(SearchSettings.faq().withLoss(loss).withSteps(Steps.WEIGHTED));
      for (RoleGroup group : SmallBlock.GROUPS) {
        double before = sum(alone, group, LinearReport::finalLoss);
        assertThat(sum(both, group, LinearReport::scaleLoss))
            .as("%s, %s", group.role(), loss)
            .isLessThanOrEqualTo(before * (1 + 1e-6));
      }
    }
  }

  private static double sum(
      BlockResult result, RoleGroup group, ToDoubleFunction<LinearReport> loss) {
    return result.reports().stream()
        .filter(r -> group.linears().contains(r.linear()))
        .mapToDouble(loss)
        .sum();
  }

  @Test
  void linearsHaveTheGridThatIsTheirOwn() {
    Grid wide = new Grid(8, 2, true, DType.F16);
    BlockResult result =
        BlockQuantizer.quantize(
            block.weights(DType.BF16),
            SmallBlock.GROUPS,
            block.statistics,
            new BlockGrids(GRID, Map.of("mlp.down_proj", wide), Set.of()),
            SearchSettings.faq(),
            new PlainProduct(),
            1);
    assertThat(result.linears().get("mlp.down_proj").grid()).isEqualTo(wide);
    assertThat(result.linears().get("mlp.up_proj").grid()).isEqualTo(GRID);
    assertThat(report(result, "mlp.down_proj").bits()).isEqualTo(8);
  }

  @Test
  void linearsOfOneInputWithDifferentGridsAreRefused() {
    BlockGrids grids =
        new BlockGrids(GRID, Map.of("mlp.up_proj", new Grid(8, 2, true, DType.F16)), Set.of());
    assertThatThrownBy(() -> BlockLayout.check(block.weights(DType.BF16), SmallBlock.GROUPS, grids))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("the linears of mlp_input differ in their grid");
  }

  @Test
  void layoutsThatDoNotDescribeTheBlockAreRefused() {
    assertRefused(SmallBlock.GROUPS.subList(0, 3), "roles for");
    assertRefused(
        List.of(SmallBlock.GROUPS.get(0), SmallBlock.GROUPS.get(0)), "self_attn.q_proj has two");
    RoleGroup wrongHeads =
        new RoleGroup(
            Role.ATTENTION_OUTPUT,
            List.of("self_attn.o_proj"),
            new LinearFold("self_attn.v_proj", 4, 2));
    assertRefused(List.of(wrongHeads), "4 rows of self_attn.v_proj do not make 8 channels");
    RoleGroup sameNorm =
        new RoleGroup(
            Role.MLP_INPUT,
            List.of("mlp.gate_proj", "mlp.up_proj"),
            new NormFold("input_layernorm", 0));
    assertRefused(List.of(SmallBlock.GROUPS.get(0), sameNorm), "would absorb two scales");
  }

  private void assertRefused(List<RoleGroup> groups, String message) {
    assertThatThrownBy(
            () -> BlockLayout.check(block.weights(DType.BF16), groups, BlockGrids.of(GRID)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  private static LinearReport report(BlockResult result, String linear) {
    return result.reports().stream().filter(r -> r.linear().equals(linear)).findFirst().get();
  }

  private BlockResult quantize(SearchSettings settings) {
    return quantize(block.statistics, Set.of(), settings);
  }

  private BlockResult quantize(
      Map<Role, RoleStatistics> statistics, Set<String> inFloat, SearchSettings settings) {
    return BlockQuantizer.quantize(
        block.weights(DType.BF16),
        SmallBlock.GROUPS,
        statistics,
        new BlockGrids(GRID, Map.of(), inFloat),
        settings,
        new PlainProduct(),
        1);
  }
}
