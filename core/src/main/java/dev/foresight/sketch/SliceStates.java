package dev.foresight.sketch;

import dev.foresight.sketch.SampledPlaces.Place;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the batches of a slice teach of one statistic, block by block.
 *
 * @param <S> its state
 */
public final class SliceStates<S> {
  private final Statistic<S> statistic;
  private final String shard;
  private final List<Place> places;
  private final List<Map<String, Statistic.Collector<S>>> blocks = new ArrayList<>();

  /**
   * Nothing seen yet.
   *
   * @param places sampled rows of the slice, in order
   */
  public SliceStates(Statistic<S> statistic, String shard, List<Place> places) {
    this.statistic = statistic;
    this.shard = shard;
    this.places = List.copyOf(places);
  }

  /** Whose states these are. */
  public Statistic<S> statistic() {
    return statistic;
  }

  /**
   * Takes in a batch.
   *
   * @param block they ascend
   * @param measured by place; more than this statistic needs
   */
  public void add(int block, Map<String, Measured> measured) {
    if (block == blocks.size()) {
      blocks.add(new LinkedHashMap<>());
    }
    measured.forEach(
        (place, batch) -> {
          if (statistic.ofRoles() != place.equals(Statistic.BLOCK)) {
            blocks
                .get(block)
                .computeIfAbsent(place, p -> statistic.collector(shard, places))
                .add(batch);
          }
        });
  }

  /** The states of every block, by place. */
  public List<Map<String, S>> blocks() {
    List<Map<String, S>> states = new ArrayList<>();
    for (Map<String, Statistic.Collector<S>> collectors : blocks) {
      Map<String, S> block = new LinkedHashMap<>();
      collectors.forEach((place, collector) -> block.put(place, collector.state()));
      states.add(block);
    }
    return states;
  }
}
