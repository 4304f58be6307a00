package dev.foresight.quantize.plan;

import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.sketch.FirstPosition;
import java.io.Serializable;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Which shards of a store count and how much. Every choice is exact, as if only that text had been
 * calibrated on, and none runs the model.
 *
 * @param shards ids that count, none for all
 * @param excluded ids that don't
 * @param weights w of a shard: its tokens count w times; those not named count once
 * @param balance whether shards are weighed so that each counts alike, before {@code weights}
 * @param bootstrap null for none, else seed of a draw of as many shards, with replacement, a shard
 *     drawn twice counting twice (Efron 1979)
 * @param firstSlices of each shard, 0 for all
 * @param firstPosition whether position 0 of a sequence counts
 */
public record DataChoice(
    List<String> shards,
    List<String> excluded,
    Map<String, Double> weights,
    boolean balance,
    Long bootstrap,
    int firstSlices,
    FirstPosition firstPosition)
    implements Serializable {
  public DataChoice {
    shards = List.copyOf(shards);
    excluded = List.copyOf(excluded);
    weights = Collections.unmodifiableMap(new TreeMap<>(weights));
    weights.forEach(
        (shard, weight) -> {
          if (!(weight > 0 && weight < Double.POSITIVE_INFINITY)) {
            throw new InputException(
                Words.format(
                    "--weight %s=%s is out of range: give a number above 0, or --exclude-shards %s.",
                    shard, weight, shard));
          }
        });
    if (firstSlices < 0) {
      throw new InputException(
          Words.format(
              "--first-n-slices %d is negative: give how many slices of each shard count, 0 for all.",
              firstSlices));
    }
  }

  /** Everything in the store counts once. */
  public static DataChoice all(FirstPosition firstPosition) {
    return new DataChoice(List.of(), List.of(), Map.of(), false, null, 0, firstPosition);
  }

  /** The same choice among one part of the store. */
  public DataChoice among(List<String> onlyShards, List<String> without, Long draw, int slices) {
    return new DataChoice(onlyShards, without, weights, balance, draw, slices, firstPosition);
  }
}
