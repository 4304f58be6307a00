package dev.foresight.text.python;

import dev.foresight.Words;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Values as Python writes them: {@code str} and {@code repr}. */
public final class PythonText {
  private PythonText() {}

  /** What a template writes for a value. */
  public static String str(Object value) {
    if (value instanceof PythonValues.Undefined) {
      return "";
    }
    if (value instanceof PythonValues.Markup markup) {
      return markup.text();
    }
    return value instanceof String text ? text : repr(value);
  }

  private static String repr(Object value) {
    if (value == null) {
      return "None";
    }
    if (value instanceof Boolean b) {
      return b ? "True" : "False";
    }
    if (value instanceof Long n) {
      return n.toString();
    }
    if (value instanceof Double d) {
      return PythonNumerals.repr(d);
    }
    if (value instanceof String text) {
      return quoted(text);
    }
    if (value instanceof PythonValues.Undefined) {
      return "Undefined";
    }
    if (value instanceof List<?> list) {
      return "[" + joined(list) + "]";
    }
    if (value instanceof PythonValues.Tuple tuple) {
      return "(" + joined(tuple.items()) + (tuple.items().size() == 1 ? ",)" : ")");
    }
    if (value instanceof PythonValues.View view) {
      return view.name() + "([" + joined(view.items()) + "])";
    }
    if (value instanceof PythonValues.Range range) {
      return Words.format("range(%d, %d", range.from(), range.to())
          + (range.step() == 1 ? ")" : Words.format(", %d)", range.step()));
    }
    if (value instanceof Map<?, ?> map) {
      List<String> pairs = new ArrayList<>();
      map.forEach((key, item) -> pairs.add(repr(key) + ": " + repr(item)));
      return "{" + String.join(", ", pairs) + "}";
    }
    throw RefusedException.of("it writes %s as text", PythonValues.described(value));
  }

  private static String joined(List<?> items) {
    return String.join(", ", items.stream().map(PythonText::repr).toList());
  }

  private static String quoted(String text) {
    char quote = text.indexOf('\'') >= 0 && text.indexOf('"') < 0 ? '"' : '\'';
    StringBuilder out = new StringBuilder().append(quote);
    text.codePoints()
        .forEach(
            point -> {
              switch (point) {
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                  if (point == quote || point == '\\') {
                    out.append('\\').append((char) point);
                  } else if (isPrintable(point)) {
                    out.appendCodePoint(point);
                  } else {
                    out.append(
                        Words.format(
                            point < 0x100 ? "\\x%02x" : point < 0x10000 ? "\\u%04x" : "\\U%08x",
                            point));
                  }
                }
              }
            });
    return out.append(quote).toString();
  }

  /** Python's {@code str.isprintable} of one character. */
  private static boolean isPrintable(int point) {
    return switch (Character.getType(point)) {
      case Character.UNASSIGNED ->
          throw RefusedException.of(
              "it writes a list with the character U+%04X, which this Java does not know", point);
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      case Character.SPACE_SEPARATOR -> point == ' ';
      default -> true;
    };
  }
}
