package dev.foresight.text.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** A template in tags that Jinjava reads, each with the number of a part; made piece by piece. */
final class Adapted {
  private static final Pattern SPECIAL = Pattern.compile("[{}%#\\\\]");

  private final List<Object> parts = new ArrayList<>();
  private final StringBuilder jinjava = new StringBuilder();
  private int lines = 1; // of what is written

  /** What Jinjava is given. */
  String template() {
    return jinjava.toString();
  }

  /** What its tags name by their numbers. */
  List<Object> parts() {
    return List.copyOf(parts);
  }

  /** Text of the template; braces and the like are said as the value of an expression. */
  void text(String text) {
    if (SPECIAL.matcher(text).find()) {
      Expression same = in -> text;
      tag("{{", same, "}}", lines);
    } else {
      jinjava.append(text);
      lines += breaks(text);
    }
  }

  /**
   * A tag with the number of a part, after as many line breaks as keep Jinjava's count of lines.
   *
   * @param part null for a tag without one
   * @param line where it stands in the template
   */
  void tag(String start, Object part, String end, int line) {
    jinjava.append(start, 0, 2).append("\n".repeat(Math.max(0, line - lines)));
    lines = Math.max(lines, line);
    jinjava.append(' ').append(start.substring(2)).append(' ');
    if (part != null) {
      jinjava.append(parts.size()).append(' ');
      parts.add(part);
    }
    jinjava.append(end);
  }

  static int breaks(String text) {
    return (int) text.chars().filter(c -> c == '\n').count();
  }
}
