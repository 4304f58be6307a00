package dev.foresight.sketch;

import dev.foresight.Words;
import java.io.Serializable;
import java.util.Comparator;

/**
 * Names a slice: consecutive sequences of one shard, the unit of work and of merging.
 *
 * @param shard the shard's id, for example {@code code} or {@code day=2026-11-01}
 * @param index 0 for the first slice of the shard
 */
public record SliceId(String shard, int index) implements Comparable<SliceId>, Serializable {
  private static final Comparator<SliceId> ORDER =
      Comparator.comparing(SliceId::shard).thenComparingInt(SliceId::index);

  public SliceId {
    if (shard.isEmpty() || index < 0) {
      throw new IllegalArgumentException(Words.format("No slice '%s' %d", shard, index));
    }
  }

  /** The order in which sums are folded, whatever order tasks end in. */
  @Override
  public int compareTo(SliceId other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return Words.format("%s#%d", shard, index);
  }
}
