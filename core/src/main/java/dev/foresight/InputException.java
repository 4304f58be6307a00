package dev.foresight;

/**
 * Input that Foresight refuses: a file, folder or setting that is wrong and that the caller can
 * mend.
 *
 * <p>The message is one sentence or two and says what is wrong, where, and how to mend it; the
 * command line prints it alone, without a stack trace, and exits with code 3.
 */
public class InputException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * @param message what is wrong, where, and how to mend it
   */
  public InputException(String message) {
    super(message);
  }

  /**
   * @param message what is wrong, where, and how to mend it
   * @param cause what the library underneath said
   */
  public InputException(String message, Throwable cause) {
    super(message, cause);
  }
}
