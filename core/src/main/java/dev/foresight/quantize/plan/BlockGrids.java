package dev.foresight.quantize.plan;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What each linear of a block is rounded to. Linears that share an input have one grid, or stay in
 * float.
 *
 * @param common the grid of all that are not named
 * @param others grids of linears by path within the block
 * @param floats linears to keep in float: they are multiplied by their role's scale, but have no
 *     say in it
 */
public record BlockGrids(Grid common, Map<String, Grid> others, Set<String> floats) {
  public BlockGrids {
    others = Map.copyOf(others);
    floats = Set.copyOf(floats);
  }

  /** One grid for all. */
  public static BlockGrids of(Grid grid) {
    return new BlockGrids(grid, Map.of(), Set.of());
  }

  /** The grid of a linear that is quantized. */
  public Grid of(String linear) {
    return others.getOrDefault(linear, common);
  }

  public boolean inFloat(String linear) {
    return floats.contains(linear);
  }

  /** The grid of the first of these linears that is quantized, or the common one. */
  public Grid ofAll(List<String> linears) {
    return linears.stream().filter(l -> !inFloat(l)).findFirst().map(this::of).orElse(common);
  }

  /** All linears that are named. */
  public Set<String> named() {
    Set<String> named = new HashSet<>(floats);
    named.addAll(others.keySet());
    return named;
  }
}
