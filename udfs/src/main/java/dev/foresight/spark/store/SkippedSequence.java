package dev.foresight.spark.store;

import java.io.Serializable;

/**
 * A sequence that its slice was run without, because its activations are NaN or infinite.
 *
 * @param sequence its index in the shard
 * @param block where it was seen first
 * @param place the role, or the hidden states behind the block
 */
public record SkippedSequence(long sequence, int block, String place) implements Serializable {}
