package dev.foresight;

/**
 * Input that Foresight refuses: a file, folder or setting that is wrong and that the caller can
 * mend.
 *
 * <p>The message is one sentence or two and says what is wrong, where, and how to mend it; the
 * command line prints it alone, without a stack trace, and exits with code 3. It quotes names and
 * values that others wrote, so it is kept to one line, without what steers a terminal or forges a
 * line of a log, and to a length that a log can bear.
 */
public class InputException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private static final int MAX_LENGTH = 8000;

  /**
   * @param message what is wrong, where, and how to mend it
   */
  public InputException(String message) {
    super(oneLine(message));
  }

  /**
   * @param message what is wrong, where, and how to mend it
   * @param cause what the library underneath said
   */
  public InputException(String message, Throwable cause) {
    super(oneLine(message), cause);
  }

  /** A message without line ends and what steers a terminal, at a length that a log can bear. */
  public static String oneLine(String message) {
    String line =
        message
            .replaceAll("\\s*\\R\\s*", " ")
            .replaceAll("[\\p{Cntrl}\\u0080-\\u009f\\u202a-\\u202e\\u2066-\\u2069]", "?");
    return line.length() <= MAX_LENGTH
        ? line
        : Words.format("%s … (%d characters)", line.substring(0, MAX_LENGTH), line.length());
  }
}
