package dev.foresight.tensor;

import dev.foresight.InputException;
import dev.foresight.Words;
import java.util.Collection;

/** The message for a tensor that is not there, the same for all checkpoints. */
public final class TensorNames {
  private static final int SHOWN = 3;

  private TensorNames() {}

  /**
   * @param where what the message calls the checkpoint
   * @param name the tensor that was asked for
   * @param present names of those that are there
   */
  public static InputException missing(String where, String name, Collection<String> present) {
    String some = String.join(", ", present.stream().limit(SHOWN).toList());
    return new InputException(
        Words.format("%s has no tensor '%s'; it has %d, among them %s. Is it the right model?", where, name, present.size(), some));
  }
}
