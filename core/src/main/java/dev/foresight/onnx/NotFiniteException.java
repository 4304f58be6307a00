package dev.foresight.onnx;

import dev.foresight.InputException;
import dev.foresight.sketch.Statistic;

/** A sequence whose activations are NaN or infinite; says which one, so that it can be left out. */
public final class NotFiniteException extends InputException {
  private static final long serialVersionUID = 1L;

  private final int sequence;
  private final int block;
  private final String place;

  /**
   * @param sequence number within the slice
   * @param block where it was seen first
   * @param place the role whose input it is, or {@link Statistic#BLOCK} for the hidden states
   */
  NotFiniteException(String message, int sequence, int block, String place) {
    super(message);
    this.sequence = sequence;
    this.block = block;
    this.place = place;
  }

  /** Number of the first such sequence of the slice. */
  public int sequence() {
    return sequence;
  }

  /** The block where it was seen first. */
  public int block() {
    return block;
  }

  /** What was not finite: a role's name, or the hidden states of the block. */
  public String place() {
    return name(place);
  }

  static String name(String place) {
    return place.equals(Statistic.BLOCK) ? "hidden states" : place;
  }
}
