package dev.foresight.sketch;

import java.io.Serializable;

/**
 * Which token something is of.
 *
 * @param shard its shard
 * @param sequence index of its sequence in the shard
 * @param position index in the sequence
 */
public record SampledToken(String shard, long sequence, int position) implements Serializable {
  /** The token that something sampled is of. */
  public static SampledToken of(Sampled sampled) {
    return new SampledToken(sampled.shard(), sampled.sequence(), sampled.position());
  }
}
