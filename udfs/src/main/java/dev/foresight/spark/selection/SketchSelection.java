package dev.foresight.spark.selection;

import dev.foresight.sketch.FirstPosition;
import dev.foresight.spark.store.StoredShard;
import dev.foresight.spark.store.StoredSlice;
import java.io.Serializable;
import java.util.List;
import java.util.Map;

/**
 * Which part of a store counts, and how much: choosing another one never runs the model.
 *
 * @param store the store's folder
 * @param slices chosen, in order
 * @param shards chosen, each as one slice with what is kept a shard: {@link StoredShard#whole}
 * @param tokens T of each chosen shard as (position 0, rest)
 * @param weights w of each shard; those not named weigh 1
 * @param firstPosition whether position 0 counts
 * @param rows sampled rows that the search sees
 * @param kept sampled rows of a shard that are its sample
 */
public record SketchSelection(
    String store,
    List<StoredSlice> slices,
    List<StoredSlice> shards,
    Map<String, long[]> tokens,
    Map<String, Double> weights,
    FirstPosition firstPosition,
    int rows,
    int kept)
    implements Serializable {}
