package dev.foresight.sketch;

/**
 * The sums of one (slice, block, role), in the two strata that are kept apart.
 *
 * @param first position 0 of each sequence
 * @param rest all later positions
 */
public record RoleSketch(ChannelSums first, ChannelSums rest) {
  public RoleSketch {
    if (first.channels() != rest.channels()) {
      throw new IllegalArgumentException("Both strata of a role have the same channels");
    }
  }

  /** Nothing seen yet. */
  public static RoleSketch empty(int channels) {
    return new RoleSketch(new ChannelSums(channels), new ChannelSums(channels));
  }

  /** Adds another's tokens to these, each stratum for itself. */
  void add(RoleSketch other) {
    first.add(other.first);
    rest.add(other.rest);
  }

  /** Number of channels. */
  public int channels() {
    return rest.channels();
  }

  /** The sums that count: of all positions, or without position 0; a copy. */
  public ChannelSums sums(FirstPosition firstPosition) {
    ChannelSums sums = new ChannelSums(channels());
    if (firstPosition == FirstPosition.INCLUDE) {
      sums.add(first);
    }
    sums.add(rest);
    return sums;
  }
}
