package dev.foresight.onnx.graph;

import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.sketch.SketchSettings;
import dev.foresight.sketch.Statistic;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

/** All statistics that there are, each with its nodes: a new one is a line here. */
public final class Statistics {
  private static final List<StatisticNodes> NODES =
      List.of(new SumsNodes(), new RowsNodes(), new TokensNodes());
  private static final List<Statistic<?>> ALL =
      NODES.stream().<Statistic<?>>map(StatisticNodes::statistic).toList();

  private Statistics() {}

  /** All, in the order in which stores name them. */
  public static List<Statistic<?>> all() {
    return ALL;
  }

  /** Those that a calibration with these settings keeps. */
  public static List<Statistic<?>> kept(SketchSettings settings) {
    return ALL.stream().filter(statistic -> statistic.isKept(settings)).toList();
  }

  /**
   * The statistic of a name.
   *
   * @throws InputException if there is none
   */
  public static Statistic<?> named(String name) {
    return ALL.stream()
        .filter(statistic -> statistic.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new InputException(
                    Words.format(
                        "There is no statistic '%s', only %s: use the release that wrote it.",
                        name, names(ALL))));
  }

  /** Their names, with commas between. */
  public static String names(Collection<Statistic<?>> statistics) {
    return statistics.stream().map(Statistic::name).collect(Collectors.joining(", "));
  }

  /** The nodes that measure some of them. */
  public static List<StatisticNodes> nodes(Collection<Statistic<?>> statistics) {
    return NODES.stream().filter(nodes -> statistics.contains(nodes.statistic())).toList();
  }
}
