package dev.foresight.evaluate.task;

import java.util.Locale;
import java.util.regex.Pattern;

/** Texts as Python's methods change them, because that is what published numbers come from. */
final class PythonText {
  // Python's dot leaves out the line feed alone, Java's also other ends of lines
  private static final Pattern BRACKETS = Pattern.compile("\\[.*?\\]", Pattern.UNIX_LINES);
  private static final int NEXT_LINE = 0x85;

  private PythonText() {}

  /** {@code str.isspace} of one character. */
  static boolean isSpace(int character) {
    return Character.isWhitespace(character)
        || Character.isSpaceChar(character) // no-break spaces
        || character == NEXT_LINE;
  }

  /** {@code str.strip()}. */
  static String strip(String text) {
    int from = 0;
    while (from < text.length() && isSpace(text.charAt(from))) {
      from++;
    }
    return stripEnd(text.substring(from));
  }

  /** {@code str.rstrip()}. */
  static String stripEnd(String text) {
    int to = text.length();
    while (to > 0 && isSpace(text.charAt(to - 1))) {
      to--;
    }
    return text.substring(0, to);
  }

  /** {@code str.capitalize()}: the first character in title case, all others in lower case. */
  static String capitalize(String text) {
    if (text.isEmpty()) {
      return text;
    }
    int end = text.offsetByCodePoints(0, 1);
    int first = text.codePointAt(0);
    int title = Character.toTitleCase(first);
    String upper = text.substring(0, end).toUpperCase(Locale.ROOT);
    String head =
        title == first && upper.length() > end // one letter that becomes several: ß
            ? upper.substring(0, 1) + upper.substring(1).toLowerCase(Locale.ROOT)
            : Character.toString(title);
    return head + text.substring(end).toLowerCase(Locale.ROOT);
  }

  /** What HellaSwag's rows are cleaned of: marks of the WikiHow pages that they come from. */
  static String withoutMarks(String text) {
    String plain = strip(text).replace(" [title]", ". ");
    return BRACKETS.matcher(plain).replaceAll("").replace("  ", " ");
  }
}
