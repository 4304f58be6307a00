package dev.foresight.sketch;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A sample of all chosen tokens, mixed from the shards' own samples: whatever is kept of sampled
 * tokens, the same tokens are chosen.
 *
 * <p>Position 0 and the rest of a shard are cells with w·T tokens each. Of the rows wanted a cell
 * gets its part by largest remainder, at least one, at most what is stored, and takes those of
 * smallest key; a row of the cell then stands for w·T / n tokens.
 *
 * @param <R> what is kept of a token
 * @param chosen by cell, in order of shard, then by key
 * @param weights tokens that each stands for
 */
@SuppressWarnings("ArrayRecordComponent") // a read-out on its way to the search, never compared
public record SampleMix<R extends Sampled>(List<R> chosen, float[] weights)
    implements Serializable {
  private record Cell<R>(double mass, List<R> stored) {}

  /**
   * @param stored what all chosen slices keep, of one (block, role) or block, in any order
   * @param tokens T of each shard in (position 0, rest)
   * @param shardWeights w of each shard; a shard that is not named weighs 1
   * @param wanted rows in all; small cells may add a few
   * @param kept rows of a shard's rest that belong to its sample; more are stored when it has
   *     several slices
   */
  public static <R extends Sampled> SampleMix<R> of(
      Collection<R> stored,
      Map<String, long[]> tokens,
      Map<String, Double> shardWeights,
      FirstPosition firstPosition,
      int wanted,
      int kept) {
    List<Cell<R>> cells = new ArrayList<>();
    Map<String, List<R>> byShard = new TreeMap<>();
    stored.forEach(r -> byShard.computeIfAbsent(r.shard(), s -> new ArrayList<>()).add(r));
    byShard.forEach(
        (shard, rows) -> {
          double weight = shardWeights.getOrDefault(shard, 1.0);
          long[] counts = tokens.get(shard);
          ShardSample<R> sample = ShardSample.of(rows, kept);
          if (firstPosition == FirstPosition.INCLUDE) {
            cells.add(new Cell<>(weight * counts[0], sample.first()));
          }
          cells.add(new Cell<>(weight * counts[1], sample.rest()));
        });
    cells.removeIf(cell -> cell.mass() == 0 || cell.stored().isEmpty());
    return mix(cells, wanted);
  }

  private static <R extends Sampled> SampleMix<R> mix(List<Cell<R>> cells, int wanted) {
    int[] parts = parts(cells, wanted);
    List<R> chosen = new ArrayList<>();
    for (int c = 0; c < parts.length; c++) {
      chosen.addAll(cells.get(c).stored().subList(0, parts[c]));
    }
    float[] weights = new float[chosen.size()];
    int next = 0;
    for (int c = 0; c < parts.length; c++) {
      for (int i = 0; i < parts[c]; i++) {
        weights[next++] = (float) (cells.get(c).mass() / parts[c]);
      }
    }
    return new SampleMix<>(chosen, weights);
  }

  /** Whose these are. */
  public List<SampledToken> tokens() {
    return chosen.stream().map(SampledToken::of).toList();
  }

  /** Largest remainder (Hamilton), then at least one and at most what is stored. */
  private static <R> int[] parts(List<Cell<R>> cells, int wanted) {
    double mass = cells.stream().mapToDouble(Cell::mass).sum();
    int[] parts = new int[cells.size()];
    List<Integer> byRemainder = new ArrayList<>();
    double[] remainder = new double[parts.length];
    int given = 0;
    for (int c = 0; c < parts.length; c++) {
      double share = wanted * cells.get(c).mass() / mass;
      parts[c] = (int) share;
      remainder[c] = share - parts[c];
      given += parts[c];
      byRemainder.add(c);
    }
    byRemainder.sort(Comparator.comparingDouble((Integer c) -> -remainder[c]));
    for (int i = 0; i < byRemainder.size() && given < wanted; i++, given++) {
      parts[byRemainder.get(i)]++;
    }
    for (int c = 0; c < parts.length; c++) {
      parts[c] = Math.min(Math.max(parts[c], 1), cells.get(c).stored().size());
    }
    return parts;
  }
}
