package dev.foresight.quantize;

import dev.foresight.InputException;
import dev.foresight.model.Role;
import dev.foresight.quantize.RoleSearch.Piece;
import dev.foresight.quantize.compensate.RoleCompensation;
import dev.foresight.quantize.compensate.Target;
import dev.foresight.quantize.fold.LinearScale;
import dev.foresight.quantize.kernel.RowWorkers;
import dev.foresight.quantize.plan.BlockGrids;
import dev.foresight.quantize.plan.Grid;
import dev.foresight.quantize.plan.SearchSettings;
import dev.foresight.quantize.plan.Steps;
import dev.foresight.tensor.Matrix;
import dev.foresight.tensor.MatrixProduct;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Quantizes one block: a scale per role, searched on the float weights; its inverse folded into the
 * producer; then clip and rounding per linear. The result depends on nothing but the arguments.
 */
public final class BlockQuantizer {
  private final BlockWeights weights;
  private final BlockGrids grids;
  private final SearchSettings settings;
  private final RowWorkers workers;
  private final Folding folding;

  private final Map<String, QuantizedLinear> quantized = new LinkedHashMap<>();
  private final Map<String, Matrix> floats = new LinkedHashMap<>();
  private final List<LinearReport> reports = new ArrayList<>();

  private BlockQuantizer(
      BlockWeights weights, BlockGrids grids, SearchSettings settings, RowWorkers workers) {
    this.weights = weights;
    this.grids = grids;
    this.settings = settings;
    this.workers = workers;
    folding = new Folding(weights);
  }

  /**
   * Quantizes all linears of a block to one grid, on this thread.
   *
   * @throws InputException as the method with several grids does
   */
  public static BlockResult quantize(
      BlockWeights weights,
      List<RoleGroup> groups,
      Map<Role, RoleStatistics> statistics,
      Grid grid,
      SearchSettings settings,
      MatrixProduct product) {
    return quantize(weights, groups, statistics, BlockGrids.of(grid), settings, product, 1);
  }

  /**
   * Quantizes the linears of a block.
   *
   * @param groups all linears of the block, each under one role
   * @param statistics what calibration knows of each role; may lack roles where nothing is searched
   * @param product does the matrix products of the sampled loss
   * @param threads that share the rows of a linear; the result does not depend on them
   * @throws InputException if statistics or sampled rows are missing or belong to another model, a
   *     weight is not finite, or a value does not fit the grid or the stored type
   * @throws IllegalArgumentException if the groups do not describe the block
   */
  public static BlockResult quantize(
      BlockWeights weights,
      List<RoleGroup> groups,
      Map<Role, RoleStatistics> statistics,
      BlockGrids grids,
      SearchSettings settings,
      MatrixProduct product,
      int threads) {
    return quantize(weights, groups, groups, statistics, grids, settings, product, threads);
  }

  /**
   * Quantizes the linears of one role of a block, where no scales are searched that would bind the
   * roles together.
   *
   * @throws InputException as for a whole block
   * @throws IllegalArgumentException likewise, or if scales are searched
   */
  public static BlockResult quantize(
      Role role,
      BlockWeights weights,
      List<RoleGroup> groups,
      Map<Role, RoleStatistics> statistics,
      BlockGrids grids,
      SearchSettings settings,
      MatrixProduct product,
      int threads) {
    if (settings.scale()) {
      throw new IllegalArgumentException("Scales are searched for all roles of a block at once");
    }
    List<RoleGroup> one = groups.stream().filter(group -> group.role() == role).toList();
    return quantize(weights, groups, one, statistics, grids, settings, product, threads);
  }

  private static BlockResult quantize(
      BlockWeights weights,
      List<RoleGroup> all,
      List<RoleGroup> groups,
      Map<Role, RoleStatistics> statistics,
      BlockGrids grids,
      SearchSettings settings,
      MatrixProduct product,
      int threads) {
    BlockLayout.check(weights, all, grids);
    weights.requireFinite();
    List<RoleSearch> searches = new ArrayList<>();
    List<float[]> scales = new ArrayList<>();
    try (RowWorkers workers = new RowWorkers(threads)) {
      BlockQuantizer quantizer = new BlockQuantizer(weights, grids, settings, workers);
      for (RoleGroup group : groups) {
        RoleSearch search =
            RoleSearch.of(weights, group, grids, settings, statistics, product, workers);
        searches.add(search);
        scales.add(quantizer.folding.fold(search.fold(), search.scale()));
      }
      for (int i = 0; i < searches.size(); i++) {
        quantizer.finish(groups.get(i), searches.get(i), scales.get(i), product);
      }
      return new BlockResult(
          quantizer.quantized,
          quantizer.floats,
          quantizer.folding.vectors(),
          List.copyOf(quantizer.reports));
    } finally {
      searches.forEach(RoleSearch::close);
    }
  }

  /** Scales, clips and rounds the linears of a role; all producers have been folded by now. */
  private void finish(
      RoleGroup group, RoleSearch search, float[] columnScale, MatrixProduct product) {
    String name = weights.name(group.role().key());
    try (RoleCompensation compensation =
        new RoleCompensation(columnScale, product, workers, name)) {
      group.linears().forEach(l -> finish(l, group, search, columnScale, compensation));
    }
  }

  private void finish(
      String linear,
      RoleGroup group,
      RoleSearch search,
      float[] columnScale,
      RoleCompensation compensation) {
    Matrix original = weights.linear(linear);
    LinearScale scale = new LinearScale(columnScale, folding.rows(linear));
    Matrix scaled = scale.apply(original);
    if (grids.inFloat(linear)) {
      weights.store(linear, scaled.values());
      floats.put(linear, scaled);
      double none = Double.NaN;
      reports.add(
          new LinearReport(
              linear, group.role(), search.alpha(), none, none, none, 0, none, none, 0));
      return;
    }
    String name = weights.name(linear);
    Grid grid = grids.of(linear);
    int size = grid.groupOf(name, original.columns());
    boolean keepsRange = settings.steps() == Steps.CLIP && group.unclipped().contains(linear);
    Steps rule = keepsRange ? Steps.RANGE : settings.steps();
    List<QuantizedLinear> results = new ArrayList<>();
    double searched = 0;
    double shrinkage = settings.rounding().compensates() ? 0 : Double.NaN;
    boolean corrects = settings.rounding().corrects(group.role());
    double correction = corrects ? 0 : Double.NaN;
    for (Piece piece : search.pieces().get(linear)) {
      Matrix part = piece.of(scaled);
      double share = (double) part.rows() / scaled.rows();
      if (corrects) {
        Target target =
            compensation.target(part, piece.inputs(), piece.floats(), piece.shrinkage());
        part = target.weights();
        correction += target.correction() * share;
      }
      GroupSteps steps =
          StepRule.of(
                  rule,
                  new StepRule.Inputs(grid, size, piece.error(), search.meanSquare(), workers))
              .steps(part, columnScale);
      String named = piece.from() == 0 ? name : name + " from row " + piece.from() + " on";
      results.add(
          RoundingRule.of(
                  settings.rounding(),
                  new RoundingRule.Inputs(
                      grid,
                      size,
                      named,
                      () -> compensation.of(piece.inputs(), piece.shrinkage()),
                      workers))
              .round(part, steps));
      searched += steps.searched() * share;
      shrinkage += piece.shrinkage() * share;
    }
    QuantizedLinear result = QuantizedLinear.stacked(results);
    quantized.put(linear, result);
    Changes changes = Changes.ofStored(original, result, scale);
    reports.add(
        new LinearReport(
            linear,
            group.role(),
            search.alpha(),
            search.roundLoss(linear),
            search.scaleLoss(linear),
            search.error(linear, original.columns(), changes, workers),
            searched,
            shrinkage,
            correction,
            grid.bits()));
  }
}
