package dev.foresight.text.python;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** The string methods that templates call, as Python has them. */
public final class PythonStrings {
  /** All that Python knows: these are there, and calling one of the others is refused. */
  static final Set<String> NAMES =
      Set.of(
          "capitalize casefold center count encode endswith expandtabs find format format_map index"
              .concat(" isalnum isalpha isascii isdecimal isdigit isidentifier islower isnumeric")
              .concat(" isprintable isspace istitle isupper join ljust lower lstrip maketrans")
              .concat(" partition removeprefix removesuffix replace rfind rindex rjust rpartition")
              .concat(" rsplit rstrip split splitlines startswith strip swapcase title translate")
              .concat(" upper zfill")
              .split(" "));

  private PythonStrings() {}

  static Object call(String text, String method, Arguments arguments) {
    String what = method + " of a string";
    return switch (method) {
      case "strip", "lstrip", "rstrip" -> {
        String chars = textOrNone(arguments.in(what, "").get(0), what);
        yield strip(text, chars, !method.equals("rstrip"), !method.equals("lstrip"));
      }
      case "startswith" -> anyOf(arguments.one(what), what).stream().anyMatch(text::startsWith);
      case "endswith" -> anyOf(arguments.one(what), what).stream().anyMatch(text::endsWith);
      case "removeprefix" -> {
        String start = text(arguments.one(what), what);
        yield text.startsWith(start) ? text.substring(start.length()) : text;
      }
      case "removesuffix" -> {
        String end = text(arguments.one(what), what);
        yield text.endsWith(end) ? text.substring(0, text.length() - end.length()) : text;
      }
      case "upper", "lower" -> {
        arguments.none(what);
        yield cased(text, method.equals("upper"));
      }
      case "replace" -> {
        List<Object> given = arguments.in(what, "old", "new", "count");
        long most = number(Arguments.or(given.get(2), -1L), what);
        yield replace(text, text(given.get(0), what), text(given.get(1), what), most);
      }
      case "split" -> {
        List<Object> given = arguments.in(what, "sep", "maxsplit");
        String separator = textOrNone(given.get(0), what);
        long cuts = number(Arguments.or(given.get(1), -1L), what);
        if (separator == null && cuts >= 0) {
          throw RefusedException.of("it calls %s by white space a number of times", what);
        }
        yield separator == null ? words(text) : split(text, separator, cuts);
      }
      case "join" -> {
        List<Object> items = PythonValues.items(arguments.one(what));
        PythonValues.bound((long) items.size() * text.length());
        yield String.join(text, items.stream().map(item -> text(item, what)).toList());
      }
      case "find" -> {
        int found = text.indexOf(text(arguments.one(what), what));
        yield found < 0 ? -1L : (long) text.codePointCount(0, found);
      }
      default ->
          throw RefusedException.of(
              "it calls %s with %d arguments, which is not known here",
              what, arguments.positional().size() + arguments.named().size());
    };
  }

  /** In upper or lower case; characters newer than this Java may have cases that it misses. */
  static String cased(String text, boolean upper) {
    text.codePoints()
        .filter(point -> Character.getType(point) == Character.UNASSIGNED)
        .findFirst()
        .ifPresent(
            point -> {
              throw RefusedException.of(
                  "it changes the case of U+%04X, which this Java does not know", point);
            });
    return upper ? text.toUpperCase(Locale.ROOT) : text.toLowerCase(Locale.ROOT);
  }

  private static String text(Object given, String what) {
    if (Arguments.required(given, what) instanceof String text) {
      return text;
    }
    throw RefusedException.of("it calls %s with %s", what, PythonValues.described(given));
  }

  private static String textOrNone(Object given, String what) {
    return given == Arguments.ABSENT || given == null ? null : text(given, what);
  }

  private static long number(Object given, String what) {
    if (PythonNumbers.isWhole(given)) {
      return PythonNumbers.whole(given);
    }
    throw RefusedException.of("it calls %s with %s", what, PythonValues.described(given));
  }

  /** One text, or a tuple of several. */
  private static List<String> anyOf(Object given, String what) {
    return given instanceof PythonValues.Tuple tuple
        ? tuple.items().stream().map(item -> text(item, what)).toList()
        : List.of(text(given, what));
  }

  /** The first {@code most} places, all if that is negative; nothing is before every character. */
  static String replace(String text, String old, String by, long most) {
    if (by.length() > 1 << 10) { // short ones make no text many times as long
      PythonValues.bound((text.length() + 1L) * by.length());
    }
    if (!old.isEmpty() && most < 0) {
      return text.replace(old, by);
    }
    StringBuilder out = new StringBuilder();
    int at = 0;
    for (long left = most; left != 0; left--) {
      int found = text.indexOf(old, at);
      if (found < 0) {
        break;
      }
      out.append(text, at, found).append(by);
      at = found + old.length();
      if (old.isEmpty()) {
        if (at == text.length()) {
          break;
        }
        out.appendCodePoint(text.codePointAt(at));
        at += Character.charCount(text.codePointAt(at));
      }
    }
    return out.append(text.substring(at)).toString();
  }

  /**
   * @param chars code points to remove, null for white space
   */
  public static String strip(String text, String chars, boolean left, boolean right) {
    int[] points = text.codePoints().toArray();
    int from = 0;
    int to = points.length;
    while (left && from < to && isStripped(points[from], chars)) {
      from++;
    }
    while (right && to > from && isStripped(points[to - 1], chars)) {
      to--;
    }
    return new String(points, from, to - from);
  }

  private static boolean isStripped(int point, String chars) {
    return chars == null ? isSpace(point) : chars.indexOf(point) >= 0;
  }

  /** Python's {@code str.isspace}: also no-break spaces, and U+0085. */
  public static boolean isSpace(int point) {
    return Character.isWhitespace(point) || Character.isSpaceChar(point) || point == 0x85;
  }

  private static List<Object> words(String text) {
    List<Object> words = new ArrayList<>();
    StringBuilder word = new StringBuilder();
    text.codePoints()
        .forEach(
            point -> {
              if (!isSpace(point)) {
                word.appendCodePoint(point);
              } else if (!word.isEmpty()) {
                words.add(word.toString());
                word.setLength(0);
              }
            });
    if (!word.isEmpty()) {
      words.add(word.toString());
    }
    return words;
  }

  /**
   * All parts, empty ones too, at the ends as well; what is behind {@code cuts} cuts stays whole,
   * and fewer than none are as many as there are.
   */
  private static List<Object> split(String text, String separator, long cuts) {
    if (separator.isEmpty()) {
      throw RefusedException.of("it splits a string by an empty separator");
    }
    long most = cuts < 0 ? Long.MAX_VALUE : cuts;
    List<Object> parts = new ArrayList<>();
    int from = 0;
    int at = text.indexOf(separator);
    for (; at >= 0 && parts.size() < most; at = text.indexOf(separator, from)) {
      parts.add(text.substring(from, at));
      from = at + separator.length();
    }
    parts.add(text.substring(from));
    return parts;
  }
}
