package dev.foresight.spark;

import dev.foresight.InputException;
import dev.foresight.sketch.FirstPosition;
import dev.foresight.sketch.SliceId;
import dev.foresight.spark.store.Manifest;
import java.io.Serializable;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Which part of a store counts, and how much: choosing another one never runs the model.
 *
 * @param store the store's folder
 * @param slices chosen, in order
 * @param tokens T of each chosen shard as (position 0, rest)
 * @param weights w of each shard; those not named weigh 1
 * @param firstPosition whether position 0 counts
 * @param rows sampled rows that the search sees
 * @param kept sampled rows of a shard that are its sample
 */
public record SketchSelection(
    String store,
    List<SliceId> slices,
    Map<String, long[]> tokens,
    Map<String, Double> weights,
    FirstPosition firstPosition,
    int rows,
    int kept)
    implements Serializable {

  /**
   * @param shards ids to choose, none for all
   * @throws InputException if the store has no shard of a name
   */
  public static SketchSelection of(
      String store, Manifest manifest, List<String> shards, FirstPosition firstPosition, int rows) {
    TreeSet<String> known =
        manifest.slices().stream()
            .map(Manifest.Slice::shard)
            .collect(Collectors.toCollection(TreeSet::new));
    for (String shard : shards) {
      if (!known.contains(shard)) {
        throw new InputException(
            "--shards: %s has no sequences of a shard '%s'; it has %s."
                .formatted(store, shard, String.join(", ", known)));
      }
    }
    TreeSet<String> chosen = shards.isEmpty() ? known : new TreeSet<>(shards);
    TreeMap<String, long[]> tokens = new TreeMap<>();
    chosen.forEach(shard -> tokens.put(shard, manifest.tokensOf(shard)));
    List<SliceId> slices =
        manifest.slices().stream()
            .filter(slice -> chosen.contains(slice.shard()))
            .map(slice -> new SliceId(slice.shard(), slice.index()))
            .sorted()
            .toList();
    return new SketchSelection(
        store, slices, tokens, new TreeMap<>(), firstPosition, rows, manifest.sketch().rows());
  }
}
