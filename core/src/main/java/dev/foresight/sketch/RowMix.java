package dev.foresight.sketch;

import dev.foresight.tensor.Matrix;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The rows that the sampled loss sees: a sample of all chosen tokens, mixed from the shards' own
 * samples.
 *
 * <p>Position 0 and the rest of a shard are cells with w·T tokens each. Of the rows wanted a cell
 * gets its part by largest remainder, at least one, at most what is stored, and takes those of
 * smallest key; a row of the cell then stands for w·T / n tokens.
 *
 * @param rows [n, channels]
 * @param weights tokens that each row stands for
 */
@SuppressWarnings("ArrayRecordComponent") // a read-out on its way to the search, never compared
public record RowMix(Matrix rows, float[] weights) {
  private record Cell(double mass, List<SampledRow> stored) {}

  /**
   * @param stored sampled rows of all chosen slices, of one (block, role), in any order
   * @param tokens T of each shard in (position 0, rest)
   * @param shardWeights w of each shard; a shard that is not named weighs 1
   * @param wanted rows in all; small cells may add a few
   * @param kept rows of a shard's rest that belong to its sample; more are stored when it has
   *     several slices
   */
  public static RowMix of(
      Collection<SampledRow> stored,
      Map<String, long[]> tokens,
      Map<String, Double> shardWeights,
      FirstPosition firstPosition,
      int wanted,
      int kept) {
    List<Cell> cells = new ArrayList<>();
    Map<String, List<SampledRow>> byShard = new TreeMap<>();
    stored.forEach(r -> byShard.computeIfAbsent(r.shard(), s -> new ArrayList<>()).add(r));
    byShard.forEach(
        (shard, rows) -> {
          double weight = shardWeights.getOrDefault(shard, 1.0);
          long[] counts = tokens.get(shard);
          ShardSample<SampledRow> sample = ShardSample.of(rows, kept);
          if (firstPosition == FirstPosition.INCLUDE) {
            cells.add(new Cell(weight * counts[0], sample.first()));
          }
          cells.add(new Cell(weight * counts[1], sample.rest()));
        });
    cells.removeIf(cell -> cell.mass() == 0 || cell.stored().isEmpty());
    return mix(cells, wanted);
  }

  private static RowMix mix(List<Cell> cells, int wanted) {
    int[] parts = parts(cells, wanted);
    int total = 0;
    for (int part : parts) {
      total += part;
    }
    int channels = cells.isEmpty() ? 0 : cells.get(0).stored().get(0).halves().length;
    Matrix rows = Matrix.zeros(total, channels);
    float[] weights = new float[total];
    int next = 0;
    for (int c = 0; c < parts.length; c++) {
      for (SampledRow row : cells.get(c).stored().subList(0, parts[c])) {
        row.copyTo(rows.values(), next * channels);
        weights[next++] = (float) (cells.get(c).mass() / parts[c]);
      }
    }
    return new RowMix(rows, weights);
  }

  /** Largest remainder (Hamilton), then at least one and at most what is stored. */
  private static int[] parts(List<Cell> cells, int wanted) {
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
