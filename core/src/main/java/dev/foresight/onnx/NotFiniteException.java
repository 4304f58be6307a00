package dev.foresight.onnx;

import dev.foresight.InputException;
import dev.foresight.model.Role;
import java.util.Optional;

/** A sequence whose activations are NaN or infinite; says which one, so that it can be left out. */
public final class NotFiniteException extends InputException {
  private static final long serialVersionUID = 1L;

  private final int sequence;
  private final int block;
  private final Role role; // null behind the last block

  /**
   * @param sequence number within the slice
   * @param block where it was seen first
   * @param role whose input it is, none for the hidden states behind the block
   */
  NotFiniteException(String message, int sequence, int block, Optional<Role> role) {
    super(message);
    this.sequence = sequence;
    this.block = block;
    this.role = role.orElse(null);
  }

  /** Number of the first such sequence of the slice. */
  public int sequence() {
    return sequence;
  }

  /** The block where it was seen first. */
  public int block() {
    return block;
  }

  /** What was not finite: a role's name, or the hidden states behind the block. */
  public String place() {
    return role == null ? "hidden states" : role.key();
  }
}
