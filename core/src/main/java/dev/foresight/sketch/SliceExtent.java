package dev.foresight.sketch;

import dev.foresight.Words;

/**
 * What a stored state must be of: rows that can't be are refused.
 *
 * @param slice the slice
 * @param sequences that it was run over
 * @param sequenceLength tokens of each
 * @param channels of the place: a role's input, or the residual stream
 */
public record SliceExtent(SliceId slice, long sequences, int sequenceLength, int channels) {
  /** Fails if there are more or fewer channels. */
  void requireChannels(int found) {
    if (found != channels) {
      throw new IllegalArgumentException(Words.format("%d channels are not %d", found, channels));
    }
  }

  /** T of position 0, or of the rest. */
  long tokens(boolean first) {
    return sequences * (first ? 1 : sequenceLength - 1L);
  }
}
