package dev.foresight;

import com.google.errorprone.annotations.FormatMethod;
import com.google.errorprone.annotations.FormatString;
import java.util.Locale;

/** Words and numbers that are the same on every machine: names of files, reports, messages. */
public final class Words {
  private Words() {}

  /**
   * {@link String#formatted} without the machine's language: in Persian or Arabic that writes
   * numbers in digits of its own, in German with a comma before the fraction.
   */
  @FormatMethod
  public static String format(@FormatString String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
