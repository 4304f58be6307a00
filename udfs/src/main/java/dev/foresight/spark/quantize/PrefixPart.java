package dev.foresight.spark.quantize;

import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.onnx.RowSelection;
import dev.foresight.sketch.SampledToken;
import dev.foresight.spark.store.StoredFile;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * A few sequences of a shard on their way through quantized blocks, with those of their tokens that
 * a search sees. How text is cut into parts depends on the text alone.
 *
 * @param number of the part, from 0 on
 * @param shard whose sequences these are
 * @param file of the shard's token ids
 * @param sequences their indices in the shard, ascending
 * @param rows tokens that are seen, by {@code sequence of the part * length + position}, ascending
 * @param places [rows], the place of each among all tokens that are seen
 */
@SuppressWarnings("ArrayRecordComponent") // travels, never compared
public record PrefixPart(
    int number, String shard, StoredFile file, long[] sequences, int[] rows, int[] places)
    implements Serializable {
  private static final int TOKENS = 2048; // of a part: few enough for many tasks, many for one

  /**
   * Cuts the sequences of some tokens into parts.
   *
   * @param tokens that a search sees, in its order
   * @param texts the token ids of each shard; none of a shard whose ids were not kept
   * @param length tokens of a sequence
   * @param store what messages call the store
   * @throws InputException if the store has not kept the text of one of them
   */
  public static List<PrefixPart> of(
      List<SampledToken> tokens, Map<String, StoredFile> texts, int length, String store) {
    TreeMap<String, TreeMap<Long, List<Integer>>> places = new TreeMap<>();
    for (int place = 0; place < tokens.size(); place++) {
      SampledToken token = tokens.get(place);
      places
          .computeIfAbsent(token.shard(), shard -> new TreeMap<>())
          .computeIfAbsent(token.sequence(), sequence -> new ArrayList<>())
          .add(place);
    }
    int most = Math.max(1, TOKENS / length);
    List<PrefixPart> parts = new ArrayList<>();
    places.forEach(
        (id, ofShard) -> {
          StoredFile file = texts.get(id);
          if (file == null) {
            throw new InputException(
                Words.format(
                    "The store %s has not kept the text of shard %s, which --propagate reads: calibrate it again with token ids, or drop --propagate.",
                    store, id));
          }
          List<Long> sequences = List.copyOf(ofShard.keySet());
          for (int from = 0; from < sequences.size(); from += most) {
            List<Long> some = sequences.subList(from, Math.min(sequences.size(), from + most));
            parts.add(part(parts.size(), id, file, some, ofShard, tokens, length));
          }
        });
    return parts;
  }

  private static PrefixPart part(
      int number,
      String shard,
      StoredFile file,
      List<Long> sequences,
      SortedMap<Long, List<Integer>> places,
      List<SampledToken> tokens,
      int length) {
    record Row(int row, int place) {}
    List<Row> rows =
        IntStream.range(0, sequences.size())
            .boxed()
            .flatMap(
                i ->
                    places.get(sequences.get(i)).stream()
                        .map(place -> new Row(i * length + tokens.get(place).position(), place)))
            .sorted(Comparator.comparingInt(Row::row))
            .toList();
    return new PrefixPart(
        number,
        shard,
        file,
        sequences.stream().mapToLong(Long::longValue).toArray(),
        rows.stream().mapToInt(Row::row).toArray(),
        rows.stream().mapToInt(Row::place).toArray());
  }

  /** The rows as a runner takes them. */
  RowSelection selection() {
    return new RowSelection(rows);
  }
}
