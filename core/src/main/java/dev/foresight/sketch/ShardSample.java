package dev.foresight.sketch;

import java.util.Collection;
import java.util.List;
import java.util.TreeSet;

/**
 * The sampled rows that stand for one shard, by smallest key: a sample of all its tokens, whatever
 * slices it was cut into.
 *
 * @param <R> what is kept of a row
 * @param first rows of position 0
 * @param rest rows of later positions
 */
public record ShardSample<R extends Sampled>(List<R> first, List<R> rest) {
  /**
   * @param stored rows of one (shard, block, role), of any of its slices, in any order; a row that
   *     is given twice counts once
   * @param kept rows at most of each of the two
   */
  public static <R extends Sampled> ShardSample<R> of(Collection<R> stored, int kept) {
    TreeSet<R> byKey = new TreeSet<>(stored);
    return new ShardSample<>(
        byKey.stream().filter(Sampled::isFirst).limit(kept).toList(),
        byKey.stream().filter(row -> !row.isFirst()).limit(kept).toList());
  }
}
