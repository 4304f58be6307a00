package dev.foresight.quantize;

import dev.foresight.InputException;
import dev.foresight.model.Role;
import dev.foresight.tensor.Matrix;
import dev.foresight.tensor.MatrixProduct;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Quantizes one block: a scale per role, searched on the float weights; its inverse folded into the
 * producer; then clip and rounding per linear. The result depends on nothing but the arguments.
 */
public final class BlockQuantizer {
  private final BlockWeights weights;
  private final Grid grid;
  private final Set<String> inFloat;
  private final SearchSettings settings;
  private final Folding folding;

  private final Map<String, QuantizedLinear> quantized = new LinkedHashMap<>();
  private final Map<String, Matrix> floats = new LinkedHashMap<>();
  private final List<LinearReport> reports = new ArrayList<>();

  private BlockQuantizer(
      BlockWeights weights, Grid grid, Set<String> inFloat, SearchSettings settings) {
    this.weights = weights;
    this.grid = grid;
    this.inFloat = inFloat;
    this.settings = settings;
    folding = new Folding(weights);
  }

  /**
   * Quantizes all linears of a block.
   *
   * @param groups all linears of the block, each under one role
   * @param statistics what calibration knows of each role; may lack roles where nothing is searched
   * @param product does the matrix products of the sampled loss
   * @throws InputException if statistics or sampled rows are missing or belong to another model, or
   *     a value does not fit the grid or the stored type
   * @throws IllegalArgumentException if the groups do not describe the block
   */
  public static BlockResult quantize(
      BlockWeights weights,
      List<RoleGroup> groups,
      Map<Role, RoleStatistics> statistics,
      Grid grid,
      SearchSettings settings,
      MatrixProduct product) {
    return quantize(weights, groups, statistics, grid, Set.of(), settings, product);
  }

  /**
   * Quantizes all linears of a block but some.
   *
   * @param inFloat linears to keep in float: they are multiplied by their role's scale, but have no
   *     say in it
   * @throws InputException as the method without {@code inFloat} does
   */
  public static BlockResult quantize(
      BlockWeights weights,
      List<RoleGroup> groups,
      Map<Role, RoleStatistics> statistics,
      Grid grid,
      Set<String> inFloat,
      SearchSettings settings,
      MatrixProduct product) {
    BlockLayout.check(weights, groups, inFloat);
    BlockQuantizer quantizer = new BlockQuantizer(weights, grid, inFloat, settings);
    List<RoleSearch> searches = new ArrayList<>();
    List<float[]> scales = new ArrayList<>();
    for (RoleGroup group : groups) {
      RoleSearch search =
          RoleSearch.of(weights, group, inFloat, grid, settings, statistics, product);
      searches.add(search);
      scales.add(quantizer.folding.fold(search.fold(), search.scale()));
    }
    for (int i = 0; i < searches.size(); i++) {
      for (String linear : groups.get(i).linears()) {
        quantizer.finish(linear, groups.get(i), searches.get(i), scales.get(i));
      }
    }
    return new BlockResult(
        quantizer.quantized,
        quantizer.floats,
        quantizer.folding.vectors(),
        List.copyOf(quantizer.reports));
  }

  /** Scales, clips and rounds one linear; all producers have been folded by now. */
  private void finish(String linear, RoleGroup group, RoleSearch search, float[] columnScale) {
    Matrix original = weights.linear(linear);
    LinearScale scale = new LinearScale(columnScale, folding.rows(linear));
    Matrix scaled = scale.apply(original);
    if (inFloat.contains(linear)) {
      weights.store(linear, scaled.values());
      floats.put(linear, scaled);
      double none = Double.NaN;
      reports.add(new LinearReport(linear, group.role(), search.alpha(), none, none, none, 0, 0));
      return;
    }
    String name = weights.name(linear);
    int size = grid.groupOf(name, original.columns());
    boolean clips = settings.clip() && !group.unclipped().contains(linear);
    double share = clips ? new ClipSearch(grid, size, search.error()).clip(scaled, columnScale) : 0;
    QuantizedLinear result = GroupRounding.round(scaled, grid, name);
    quantized.put(linear, result);
    reports.add(
        new LinearReport(
            linear,
            group.role(),
            search.alpha(),
            search.roundLoss(linear),
            search.scaleLoss(linear),
            search.error() == null
                ? Double.NaN
                : search.error().of(Differences.ofStored(original, result, scale)),
            share,
            grid.bits()));
  }
}
