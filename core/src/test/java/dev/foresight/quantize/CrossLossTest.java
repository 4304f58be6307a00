package dev.foresight.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.foresight.model.Role;
import dev.foresight.quantize.plan.Grid;
import dev.foresight.quantize.plan.SearchSettings;
import dev.foresight.tensor.DType;
import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CrossLossTest {
  private static final Grid GRID = new Grid(3, 4, false, DType.F16);
  private static final SearchSettings SETTINGS = SearchSettings.faq();

  private final SmallBlock block = new SmallBlock();

  private Map<Role, Double> losses(Map<Role, RoleStatistics> elsewhere) {
    return CrossLoss.of(
        block.weights(DType.F32),
        block.groups(),
        block.statistics,
        elsewhere,
        GRID,
        SETTINGS,
        new PlainProduct(),
        1);
  }

  @Test
  void onTheSameTextItIsTheLossThatTheSearchFound() {
    BlockResult quantized =
        BlockQuantizer.quantize(
            block.weights(DType.F32),
            block.groups(),
            block.statistics,
            GRID,
            SETTINGS.withClip(false),
            new PlainProduct());
    losses(block.statistics)
        .forEach(
            (role, loss) ->
                assertThat(loss)
                    .as(role.key())
                    // the effective scale is rounded once more, which can move a few codes
                    .isCloseTo(
                        quantized.reports().stream()
                            .filter(report -> report.role() == role)
                            .mapToDouble(LinearReport::scaleLoss)
                            .sum(),
                        withinPercentage(1)));
  }

  @Test
  void onOtherTextItIsAnotherLossForEveryRole() {
    Map<Role, RoleStatistics> other = new SmallBlock(1).statistics;
    Map<Role, RoleStatistics> shifted = new EnumMap<>(Role.class);
    other.forEach(
        (role, known) -> {
          double[] larger = known.meanSquare().clone();
          larger[0] *= 4;
          shifted.put(role, new RoleStatistics(known.importance(), larger, known.rows()));
        });
    Map<Role, Double> same = losses(block.statistics);
    assertThat(losses(shifted))
        .hasSize(4)
        .allSatisfy((role, loss) -> assertThat(loss).isGreaterThan(same.get(role)));
  }

  @Test
  void rolesWithoutRowsElsewhereAreLeftOut() {
    Map<Role, RoleStatistics> other = new EnumMap<>(block.statistics);
    RoleStatistics known = other.get(Role.MLP_INPUT);
    other.put(Role.MLP_INPUT, new RoleStatistics(known.importance(), known.meanSquare(), null));
    other.remove(Role.MLP_OUTPUT);
    assertThat(losses(other)).containsOnlyKeys(Role.ATTENTION_INPUT, Role.ATTENTION_OUTPUT);
  }
}
