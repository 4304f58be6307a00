package dev.foresight.quantize;

import dev.foresight.Words;
import dev.foresight.quantize.fold.Fold;
import dev.foresight.quantize.fold.LinearFold;
import dev.foresight.quantize.fold.NormFold;
import dev.foresight.quantize.plan.BlockGrids;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Proves that role groups describe a block, before anything is computed from them. */
final class BlockLayout {
  private BlockLayout() {}

  /**
   * @throws IllegalArgumentException if a linear has no role or two, linears of a role differ in
   *     their input channels or their grid, or a producer does not fit the role or is folded into
   *     twice
   */
  static void check(BlockWeights weights, List<RoleGroup> groups, BlockGrids grids) {
    Set<String> seen = new HashSet<>();
    Set<String> producers = new HashSet<>();
    for (RoleGroup group : groups) {
      int columns = weights.linear(group.linears().get(0)).columns();
      for (String linear : group.linears()) {
        require(seen.add(linear), weights, linear + " has two roles");
        require(
            grids.inFloat(linear) || grids.of(linear).equals(grids.ofAll(group.linears())),
            weights,
            Words.format("the linears of %s differ in their grid", group.role().key()));
        require(
            weights.linear(linear).columns() == columns,
            weights,
            Words.format("the linears of %s differ in their input channels", group.role().key()));
      }
      checkFold(weights, group.fold(), columns, producers);
    }
    require(
        seen.equals(weights.linears().keySet()),
        weights,
        Words.format("linears %s, but roles for %s", weights.linears().keySet(), seen));
    require(seen.containsAll(grids.named()), weights, "not all of " + grids.named());
  }

  private static void checkFold(
      BlockWeights weights, Fold fold, int columns, Set<String> producers) {
    if (fold instanceof NormFold norm) {
      require(producers.add(norm.norm()), weights, norm.norm() + " would absorb two scales");
      require(
          weights.vector(norm.weight()).length == columns,
          weights,
          Words.format("%s does not have %d channels", norm.norm(), columns));
    } else if (fold instanceof LinearFold linear) {
      require(
          producers.add(linear.linear()), weights, linear.linear() + " would absorb two scales");
      int rows = weights.linear(linear.linear()).rows() - linear.firstRow();
      require(
          rows * linear.repeat() == columns && rows % linear.headDimension() == 0,
          weights,
          Words.format("%d rows of %s do not make %d channels", rows, linear.linear(), columns));
    }
  }

  private static void require(boolean condition, BlockWeights weights, String otherwise) {
    if (!condition) {
      throw new IllegalArgumentException(weights.path() + ": " + otherwise);
    }
  }
}
