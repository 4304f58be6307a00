package dev.foresight.quantize.plan;

import dev.foresight.InputException;
import dev.foresight.Words;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/** Overrides in the order of the command line: of several that match, the first counts. */
public record GridOverrides(List<GridOverride> rules) implements Serializable {
  public GridOverrides {
    rules = List.copyOf(rules);
  }

  /**
   * @throws InputException if one is not understood
   */
  public static GridOverrides parse(List<String> texts) {
    return new GridOverrides(texts.stream().map(GridOverride::parse).toList());
  }

  /** Makes the grid of a width and a group, or refuses it. */
  @FunctionalInterface
  public interface Grids {
    /** A grid of the container. */
    Grid of(int bits, int group);
  }

  /**
   * What becomes of each linear of a model.
   *
   * @param bits width of a code where nothing else is said
   * @param group of it, likewise
   * @param fused names of linears that readers fuse or that share a scale, set by set
   * @throws InputException if an override matches nothing, or some linears of a set only
   */
  public ModelGrids resolve(int bits, int group, Grids grids, List<List<String>> fused) {
    TreeMap<String, Grid> others = new TreeMap<>();
    TreeSet<String> floats = new TreeSet<>();
    Map<GridOverride, List<String>> overridden = new LinkedHashMap<>();
    rules.forEach(rule -> overridden.put(rule, new ArrayList<>()));
    for (List<String> set : fused) {
      Optional<GridOverride> rule = ofAll(set);
      if (rule.isEmpty()) {
        continue;
      }
      set.forEach(linear -> overridden.get(of(linear).orElseThrow()).add(linear));
      if (rule.get().inFloat()) {
        floats.addAll(set);
      } else {
        int width = rule.get().bits() > 0 ? rule.get().bits() : bits;
        int size = rule.get().group() >= 0 ? rule.get().group() : group;
        Grid grid = grids.of(width, size);
        set.forEach(linear -> others.put(linear, grid));
      }
    }
    overridden.forEach(
        (rule, linears) -> {
          if (linears.isEmpty()) {
            throw new InputException(
                Words.format(
                    "--override '%s' matches no linear that is left for it: names are like %s.",
                    rule, fused.get(0).get(0)));
          }
        });
    return new ModelGrids(grids.of(bits, group), others, floats, overridden);
  }

  private Optional<GridOverride> ofAll(List<String> set) {
    Optional<GridOverride> first = of(set.get(0));
    for (String linear : set) {
      Optional<GridOverride> other = of(linear);
      if (!other.map(GridOverride::change).equals(first.map(GridOverride::change))) {
        throw new InputException(
            Words.format(
                "--override gives %s '%s' and %s '%s': linears that read the same input share a scale and are fused by readers, so they need the same width and group. Use a pattern that matches all of %s.",
                set.get(0),
                first.map(GridOverride::change).orElse("nothing else"),
                linear,
                other.map(GridOverride::change).orElse("nothing else"),
                set));
      }
    }
    return first;
  }

  private Optional<GridOverride> of(String linear) {
    return rules.stream().filter(rule -> rule.matches(linear)).findFirst();
  }
}
