package dev.foresight.quantize;

import dev.foresight.model.Role;
import dev.foresight.quantize.RoleSearch.Piece;
import dev.foresight.quantize.kernel.RowWorkers;
import dev.foresight.quantize.plan.BlockGrids;
import dev.foresight.quantize.plan.Grid;
import dev.foresight.quantize.plan.Loss;
import dev.foresight.quantize.plan.SearchSettings;
import dev.foresight.quantize.plan.Steps;
import dev.foresight.tensor.Matrix;
import dev.foresight.tensor.MatrixProduct;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * What scales that were searched on some text do to other text: the sampled loss of each role on
 * rows that the search has not seen. Nothing is clipped or written, so that many importances can be
 * compared in the time of one quantization.
 */
public final class CrossLoss {
  private CrossLoss() {}

  /**
   * Σ over the role's linears of the mean over tokens of ‖ΔW x‖².
   *
   * @param groups the linears of the block under their roles
   * @param searched statistics of the text that scales are searched on
   * @param elsewhere statistics of the other text; roles without any are left out
   * @param settings of the search; steps are taken from the range
   * @param threads that share the rows of a linear; the result does not depend on them
   */
  public static Map<Role, Double> of(
      BlockWeights weights,
      List<RoleGroup> groups,
      Map<Role, RoleStatistics> searched,
      Map<Role, RoleStatistics> elsewhere,
      Grid grid,
      SearchSettings settings,
      MatrixProduct product,
      int threads) {
    SearchSettings unclipped = settings.withSteps(Steps.RANGE);
    Map<Role, Double> losses = new EnumMap<>(Role.class);
    try (RowWorkers workers = new RowWorkers(threads)) {
      for (RoleGroup group : groups) {
        RoleStatistics other = elsewhere.get(group.role());
        if (other == null || other.rows() == null) {
          continue;
        }
        RoleSearch search =
            RoleSearch.of(
                weights, group, BlockGrids.of(grid), unclipped, searched, product, workers);
        Map<String, List<Piece>> judged = Map.of();
        try {
          judged =
              RoleSearch.pieces(
                  weights,
                  group,
                  other,
                  grid.group(),
                  unclipped.withLoss(Loss.SAMPLED),
                  product,
                  workers);
          // alone, so that no role's folding changes another's weights
          float[] scale = new Folding(weights).fold(search.fold(), search.scale());
          double loss = 0;
          for (String linear : group.linears()) {
            Matrix matrix = weights.linear(linear);
            int size = grid.groupOf(weights.name(linear), matrix.columns());
            Changes changes = Changes.ofScale(matrix, scale, grid, size);
            for (Piece piece : judged.get(linear)) {
              loss += piece.error(matrix.columns(), changes, workers);
            }
          }
          losses.put(group.role(), loss);
        } finally {
          RoleSearch.close(judged);
          search.close();
        }
      }
    }
    return losses;
  }
}
