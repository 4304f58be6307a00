package dev.foresight.quantize.plan;

import java.io.Serializable;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What the linears of a model are rounded to, by names like {@code model.layers.7.mlp.down_proj}.
 *
 * @param common the grid of all that are not named
 * @param others grids of some, ordered by name
 * @param floats those that stay in float
 * @param overridden names of the linears that each override changes, in the order given
 */
public record ModelGrids(
    Grid common,
    SortedMap<String, Grid> others,
    SortedSet<String> floats,
    Map<GridOverride, List<String>> overridden)
    implements Serializable {
  public ModelGrids {
    others = Collections.unmodifiableSortedMap(new TreeMap<>(others));
    floats = Collections.unmodifiableSortedSet(new TreeSet<>(floats));
    overridden = Collections.unmodifiableMap(new LinkedHashMap<>(overridden));
  }

  /** One grid for all linears. */
  public static ModelGrids of(Grid grid) {
    return new ModelGrids(grid, new TreeMap<>(), new TreeSet<>(), Map.of());
  }

  /** Whether a linear stays in float. */
  public boolean inFloat(String linear) {
    return floats.contains(linear);
  }

  /** The grid of a linear that is quantized. */
  public Grid of(String linear) {
    return others.getOrDefault(linear, common);
  }

  /**
   * The same for one block.
   *
   * @param block what the names of its linears begin with, for example {@code model.layers.7}
   */
  public BlockGrids ofBlock(String block) {
    String prefix = block + ".";
    Map<String, Grid> ofBlock = new HashMap<>();
    others.forEach(
        (name, grid) -> {
          if (name.startsWith(prefix)) {
            ofBlock.put(name.substring(prefix.length()), grid);
          }
        });
    Set<String> inFloat = new HashSet<>();
    floats.stream()
        .filter(name -> name.startsWith(prefix))
        .forEach(name -> inFloat.add(name.substring(prefix.length())));
    return new BlockGrids(common, ofBlock, inFloat);
  }
}
