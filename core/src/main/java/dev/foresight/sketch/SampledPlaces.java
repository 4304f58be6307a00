package dev.foresight.sketch;

import dev.foresight.Hashing;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Which tokens of a slice are kept as sampled rows: those of smallest key, position 0 apart.
 *
 * <p>A token's key is XXH64, seeded with the store's seed, of its place in a fixed little-endian
 * layout: sequence (int64), position (int32), shard id (UTF-8). It depends on nothing that the
 * model computes, so the rows are known before the pass, the same for all blocks and roles, and the
 * union of samples that keeps the smallest keys is a sample of the union ("bottom-k", Cohen and
 * Kaplan 2007): exact, commutative, associative, idempotent.
 */
public final class SampledPlaces {
  private static final Comparator<Place> BY_KEY =
      Comparator.comparingLong(Place::key)
          .thenComparingLong(Place::sequence)
          .thenComparingInt(Place::position);
  private static final Comparator<Place> BY_PLACE =
      Comparator.comparingLong(Place::sequence).thenComparingInt(Place::position);

  private SampledPlaces() {}

  /**
   * A token's place in its shard.
   *
   * @param sequence index of its sequence in the shard
   * @param position index in the sequence
   * @param key what samples are ordered by, signed
   */
  public record Place(long sequence, int position, long key) {}

  /** The key of one token. */
  public static long key(long seed, String shard, long sequence, int position) {
    byte[] name = shard.getBytes(StandardCharsets.UTF_8);
    ByteBuffer layout = ByteBuffer.allocate(12 + name.length).order(ByteOrder.LITTLE_ENDIAN);
    layout.putLong(sequence).putInt(position).put(name);
    return Hashing.xxHash64(seed, layout.array());
  }

  /**
   * The rows that a slice keeps, ordered by (sequence, position).
   *
   * @param sequences indices in the shard of the slice's sequences, ascending
   * @param length tokens of a sequence
   * @param rows kept of positions 1 and later
   * @param firstRows kept of position 0
   */
  public static List<Place> choose(
      long seed, String shard, List<Long> sequences, int length, int rows, int firstRows) {
    List<Place> chosen = new ArrayList<>();
    chosen.addAll(smallest(seed, shard, sequences, 0, 1, firstRows));
    chosen.addAll(smallest(seed, shard, sequences, 1, length, rows));
    chosen.sort(BY_PLACE);
    return chosen;
  }

  private static List<Place> smallest(
      long seed, String shard, List<Long> sequences, int from, int to, int count) {
    return sequences.stream()
        .flatMap(
            sequence ->
                IntStream.range(from, to)
                    .mapToObj(p -> new Place(sequence, p, key(seed, shard, sequence, p))))
        .sorted(BY_KEY)
        .limit(count)
        .toList();
  }
}
