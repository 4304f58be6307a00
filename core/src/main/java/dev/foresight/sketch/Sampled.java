package dev.foresight.sketch;

/** Something that is kept of a sampled token; those of smallest key are a shard's sample. */
public interface Sampled extends Comparable<Sampled> {
  /** The token's shard. */
  String shard();

  /** Its sequence in the shard. */
  long sequence();

  /** Its position in the sequence. */
  int position();

  /** {@link SampledPlaces#key}. */
  long key();

  /** Whether the token is the first of its sequence. */
  default boolean isFirst() {
    return position() == 0;
  }

  /** Smallest key first. */
  @Override
  default int compareTo(Sampled other) {
    int order = Long.compare(key(), other.key());
    order = order != 0 ? order : shard().compareTo(other.shard());
    order = order != 0 ? order : Long.compare(sequence(), other.sequence());
    return order != 0 ? order : Integer.compare(position(), other.position());
  }
}
