package dev.foresight.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.foresight.InputException;
import dev.foresight.model.Role;
import dev.foresight.quantize.fold.NoFold;
import dev.foresight.quantize.kernel.RowWorkers;
import dev.foresight.quantize.plan.BlockGrids;
import dev.foresight.quantize.plan.Grid;
import dev.foresight.quantize.plan.RoundingSettings;
import dev.foresight.quantize.plan.SearchSettings;
import dev.foresight.tensor.DType;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is found for one role: mlp_input of a small block, 8 channels that gate and up read. */
class RoleSearchTest {
  private static final String GATE = "mlp.gate_proj";
  private static final String UP = "mlp.up_proj";
  private static final Grid GRID = new Grid(3, 4, false, DType.F16);
  private static final BlockGrids GRIDS = BlockGrids.of(GRID);

  private final SmallBlock block = new SmallBlock();
  private final RoleGroup group = SmallBlock.GROUPS.get(2);
  private final CountedProduct product = new CountedProduct();
  private final RowWorkers workers = new RowWorkers(1);

  @AfterEach
  void allFactorsAreFreed() {
    workers.close();
    assertThat(product.open()).isZero();
  }

  private RoleSearch search(RoleGroup role, BlockGrids grids, SearchSettings settings) {
    return RoleSearch.of(
        block.weights(DType.F32), role, grids, settings, block.statistics, product, workers);
  }

  private RoleSearch search(SearchSettings settings) {
    return search(group, GRIDS, settings);
  }

  private void assertRefused(SearchSettings settings, String message) {
    assertThatThrownBy(() -> search(settings))
        .isInstanceOf(InputException.class)
        .hasMessage("model.layers.3.mlp_input " + message);
  }

  @Test
  void roleWithoutStatisticsSaysWhatDoesWithoutThem() {
    block.statistics.remove(Role.MLP_INPUT);
    assertRefused(
        SearchSettings.awq(),
        "has no statistics: calibrate this model first, or use --method rtn.");
    assertRefused(
        SearchSettings.foresight(),
        "has no statistics: calibrate this model first, or use --method rtn with --rounding"
            + " nearest.");
  }

  @Test
  void settingsThatSearchNothingNeedNoStatistics() {
    block.statistics.remove(Role.MLP_INPUT);
    RoleSearch found = search(SearchSettings.rtn());
    assertThat(found.fold()).isEqualTo(new NoFold());
    assertThat(found.alpha()).isNaN();
    assertThat(found.scale()).containsOnly(1).hasSize(8);
    assertThat(found.meanSquare()).isNull();
    assertThat(found.roundLoss(GATE)).isNaN();
    assertThat(found.scaleLoss(GATE)).isNaN();
    assertThat(found.error(GATE, 8, (kernels, from, rows, into) -> {}, workers)).isNaN();
    found.close(); // of nothing
  }

  @Test
  void roleWhoseLinearsStayInFloatNeedsNoStatistics() {
    block.statistics.remove(Role.MLP_INPUT);
    BlockGrids floats = new BlockGrids(GRID, Map.of(), Set.of(GATE, UP));
    RoleSearch found = search(group, floats, SearchSettings.foresight());
    assertThat(found.scale()).containsOnly(1);
    assertThat(found.losses()).isEmpty();
  }

  @Test
  void linearInFloatHasNoLossButThatOfItsNeighbourIsFound() {
    BlockGrids floats = new BlockGrids(GRID, Map.of(), Set.of(GATE));
    RoleSearch found = search(group, floats, SearchSettings.rtn());
    assertThat(found.roundLoss(GATE)).isNaN();
    assertThat(found.roundLoss(UP)).isPositive();
    assertThat(found.pieces()).containsOnlyKeys(GATE, UP);
  }

  @Test
  void statisticsOfAnotherModelAreRefused() {
    block.statistics.put(Role.MLP_INPUT, block.statistics.get(Role.MLP_OUTPUT));
    assertRefused(
        SearchSettings.rtn(),
        "has 8 channels, but its statistics have 12: the sketches are of another model; calibrate"
            + " this one.");
  }

  @Test
  void rowsThatAreMissingAreAskedForByWhatNeedsThem() {
    RoleStatistics known = block.statistics.get(Role.MLP_INPUT);
    block.statistics.put(
        Role.MLP_INPUT, new RoleStatistics(known.importance(), known.meanSquare(), null));
    assertRefused(
        SearchSettings.awq(),
        "has no sampled rows, which the sampled loss needs: use --loss diagonal, or calibrate with"
            + " rows.");
    assertRefused(
        SearchSettings.rtn().withRounding(RoundingSettings.compensated()),
        "has no sampled rows, which compensated rounding needs: use --rounding nearest, or"
            + " calibrate with rows.");
  }

  /** Σ_ij E[x_j²] (Q(w)_ij - w_ij)², from the codes themselves. */
  @Test
  void lossOfPlainRoundingIsThatOfItsCodes() {
    double[] meanSquare = block.statistics.get(Role.MLP_INPUT).meanSquare();
    RoleSearch found = search(SearchSettings.rtn());
    for (String linear : group.linears()) {
      float[] weights = block.linears.get(linear).values();
      float[] back =
          GroupRounding.round(block.linears.get(linear), GRID, linear).dequantized().values();
      double loss = 0;
      for (int i = 0; i < weights.length; i++) {
        loss += meanSquare[i % 8] * Math.pow(back[i] - weights[i], 2);
      }
      assertThat(found.roundLoss(linear)).isCloseTo(loss, within(1e-5 * loss));
      assertThat(found.scaleLoss(linear)).isEqualTo(found.roundLoss(linear)); // s is 1
    }
  }

  @Test
  void searchedScaleLosesLessThanNoneOverAllLinearsTogether() {
    RoleSearch found = search(SearchSettings.faq());
    assertThat(found.fold()).isEqualTo(group.fold());
    assertThat(found.alpha()).isBetween(0.05, 0.95);
    assertThat(found.scaleLoss(GATE) + found.scaleLoss(UP))
        .isLessThan(found.roundLoss(GATE) + found.roundLoss(UP));
    found.close();
  }

  @Test
  void roleThatTheSettingsLeaveAloneIsJudgedButNotScaled() {
    RoleSearch found = search(SmallBlock.GROUPS.get(1), GRIDS, SearchSettings.awq());
    assertThat(found.fold()).isEqualTo(new NoFold());
    assertThat(found.alpha()).isNaN();
    assertThat(found.scale()).containsOnly(1);
    assertThat(found.roundLoss("self_attn.o_proj")).isPositive();
    found.close();
  }
}
