package dev.foresight.text.python;

import com.google.errorprone.annotations.FormatMethod;
import com.google.errorprone.annotations.FormatString;
import dev.foresight.Words;

/** Why a conversation was not rendered. */
public final class RefusedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final boolean located;

  private RefusedException(String message, boolean located, Throwable cause) {
    super(message, cause);
    this.located = located;
  }

  public RefusedException(String message, Throwable cause) {
    this(message, false, cause);
  }

  @FormatMethod
  public static RefusedException of(@FormatString String format, Object... values) {
    return new RefusedException(Words.format(format, values), false, null);
  }

  /** What a template itself says against a conversation. */
  static RefusedException said(String message) {
    return new RefusedException(Words.format("'%s'", message), true, null);
  }

  /** The same with the line of the template, unless it is known or does not matter. */
  public RefusedException at(int line) {
    return located
        ? this
        : new RefusedException(Words.format("line %d: %s", line, getMessage()), true, this);
  }
}
