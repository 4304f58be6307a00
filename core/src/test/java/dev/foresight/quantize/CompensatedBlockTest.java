package dev.foresight.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foresight.InputException;
import dev.foresight.model.Role;
import dev.foresight.quantize.plan.BlockGrids;
import dev.foresight.quantize.plan.Grid;
import dev.foresight.quantize.plan.Loss;
import dev.foresight.quantize.plan.Rounding;
import dev.foresight.quantize.plan.RoundingSettings;
import dev.foresight.quantize.plan.SearchSettings;
import dev.foresight.quantize.plan.Steps;
import dev.foresight.tensor.DType;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Blocks whose codes are compensated, with every way to scales and steps. */
class CompensatedBlockTest {
  private static final Grid GRID = new Grid(3, 24, true, DType.F16);
  private static final RoundingSettings LITTLE = new RoundingSettings(Rounding.COMPENSATED, 0.1, 1);

  private final SmallBlock block = new SmallBlock(12); // 96 channels

  static Stream<SearchSettings> searches() {
    return Stream.of(
        SearchSettings.rtn().withLoss(Loss.SAMPLED),
        SearchSettings.rtnWeighted().withLoss(Loss.SAMPLED),
        SearchSettings.awq(),
        SearchSettings.awq().withSteps(Steps.OUTPUT),
        SearchSettings.faq().withSteps(Steps.RANGE));
  }

  private BlockResult quantize(SearchSettings settings, BlockGrids grids, int threads) {
    return BlockQuantizer.quantize(
        block.weights(DType.BF16),
        block.groups(),
        block.statistics,
        grids,
        settings,
        new PlainProduct(),
        threads);
  }

  private static double loss(BlockResult result) {
    return result.reports().stream()
        .mapToDouble(LinearReport::finalLoss)
        .filter(Double::isFinite)
        .sum();
  }

  @ParameterizedTest
  @MethodSource("searches")
  void reportedLossIsThatOfTheFinalCodesAndBelowThatOfNearestOnes(SearchSettings search) {
    BlockResult nearest = quantize(search, BlockGrids.of(GRID), 1);
    BlockResult compensated = quantize(search.withRounding(LITTLE), BlockGrids.of(GRID), 1);
    assertThat(loss(compensated)).isLessThan(0.8 * loss(nearest));
    for (LinearReport report : compensated.reports()) {
      assertThat(report.alpha()).isEqualTo(alpha(nearest, report.linear()));
    }
  }

  private static Double alpha(BlockResult result, String linear) {
    return result.reports().stream()
        .filter(r -> r.linear().equals(linear))
        .findFirst()
        .orElseThrow()
        .alpha();
  }

  /** Σ_t weight_t ‖ΔW x_t‖² / Σ weight of one unscaled linear, written out. */
  @Test
  void reportedLossIsTheMeanOverTokens() {
    SearchSettings search = SearchSettings.rtn().withLoss(Loss.SAMPLED).withRounding(LITTLE);
    BlockResult result = quantize(search, BlockGrids.of(GRID), 1);
    String name = "mlp.down_proj";
    float[] change = result.linears().get(name).dequantized().values();
    int columns = result.linears().get(name).columns();
    for (int i = 0; i < change.length; i++) {
      change[i] -= block.linears.get(name).values()[i];
    }
    RoleStatistics known = block.statistics.get(Role.MLP_OUTPUT);
    float[] rows = known.rows().calibrated(known.meanSquare()).values();
    double sum = 0;
    for (int t = 0; t < rows.length; t += columns) {
      for (int i = 0; i < change.length; i += columns) {
        double output = 0;
        for (int j = 0; j < columns; j++) {
          output += (double) rows[t + j] * change[i + j];
        }
        sum += output * output;
      }
    }
    double reported =
        result.reports().stream()
            .filter(r -> r.linear().equals(name))
            .findFirst()
            .orElseThrow()
            .finalLoss();
    assertThat(reported).isCloseTo(sum, org.assertj.core.data.Percentage.withPercentage(0.01));
  }

  @Test
  void bitsDoNotDependOnTheNumberOfThreads() {
    SearchSettings search = SearchSettings.faq().withRounding(LITTLE);
    BlockResult one = quantize(search, BlockGrids.of(GRID), 1);
    for (int threads = 2; threads <= 3; threads++) {
      BlockResult shared = quantize(search, BlockGrids.of(GRID), threads);
      one.linears()
          .forEach(
              (name, linear) -> {
                assertThat(shared.linears().get(name).codes()).isEqualTo(linear.codes());
                assertThat(shared.linears().get(name).steps()).isEqualTo(linear.steps());
              });
    }
  }

  @Test
  void gridsOfOtherWidthsAndGroupsAndFloatsStandSideBySide() {
    Grid wide = new Grid(8, 0, false, DType.F16, 1);
    BlockGrids grids =
        new BlockGrids(GRID, Map.of("mlp.down_proj", wide), Set.of("self_attn.o_proj"));
    BlockResult result = quantize(SearchSettings.awq().withRounding(LITTLE), grids, 1);
    assertThat(result.linears().get("mlp.down_proj").grid()).isEqualTo(wide);
    assertThat(result.floats()).containsOnlyKeys("self_attn.o_proj");
    for (byte zero : result.linears().get("mlp.down_proj").zeros()) {
      assertThat(Byte.toUnsignedInt(zero)).isPositive();
    }
  }

  @Test
  void rowsThatAreMissingAreAskedForByName() {
    Map<Role, RoleStatistics> bare = new EnumMap<>(Role.class);
    block.statistics.forEach(
        (role, known) ->
            bare.put(role, new RoleStatistics(known.importance(), known.meanSquare(), null)));
    assertThatThrownBy(
            () ->
                BlockQuantizer.quantize(
                    block.weights(DType.BF16),
                    block.groups(),
                    bare,
                    GRID,
                    SearchSettings.rtn().withRounding(LITTLE),
                    new PlainProduct()))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("no sampled rows, which compensated rounding needs")
        .hasMessageContaining("--rounding nearest");
  }

  @Test
  void statisticsThatAreMissingAreAskedFor() {
    assertThatThrownBy(
            () ->
                BlockQuantizer.quantize(
                    block.weights(DType.BF16),
                    block.groups(),
                    Map.of(),
                    GRID,
                    SearchSettings.rtn().withRounding(LITTLE),
                    new PlainProduct()))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("has no statistics")
        .hasMessageContaining("--rounding nearest");
  }
}
