package dev.foresight.text.python;

import dev.foresight.Words;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Python's {@code json.dumps}, which transformers puts behind the filter {@code tojson}. */
final class PythonJson {
  private final boolean ascii;
  private final String indent; // null for one line
  private final String comma;
  private final String colon;
  private final boolean sorted;

  private PythonJson(boolean ascii, String indent, String comma, String colon, boolean sorted) {
    this.ascii = ascii;
    this.indent = indent;
    this.comma = comma;
    this.colon = colon;
    this.sorted = sorted;
  }

  /** The filter with its arguments, which are those of transformers. */
  static String filter(Object value, Arguments arguments) {
    List<Object> given =
        arguments.in("tojson", "ensure_ascii", "indent", "separators", "sort_keys");
    Object step = Arguments.or(given.get(1), null);
    String indent =
        step instanceof Long n
            ? " ".repeat((int) Math.max(0, Math.min(n, 1 << 10)))
            : step instanceof String text ? text : null;
    if (step != null && indent == null) {
      throw RefusedException.of("tojson with %s as indent", PythonValues.described(step));
    }
    String comma = indent == null ? ", " : ",";
    String colon = ": ";
    Object separators = Arguments.or(given.get(2), null);
    if (separators != null) {
      List<Object> pair = PythonValues.items(separators);
      if (pair.size() != 2
          || !(pair.get(0) instanceof String)
          || !(pair.get(1) instanceof String)) {
        throw RefusedException.of("tojson with separators that are no pair of texts");
      }
      comma = (String) pair.get(0);
      colon = (String) pair.get(1);
    }
    boolean ascii = PythonValues.isTrue(Arguments.or(given.get(0), false));
    boolean sorted = PythonValues.isTrue(Arguments.or(given.get(3), false));
    StringBuilder out = new StringBuilder();
    new PythonJson(ascii, indent, comma, colon, sorted).write(value, 0, out);
    return out.toString();
  }

  private void write(Object value, int depth, StringBuilder out) {
    if (value == null || value instanceof Boolean) {
      out.append(value);
    } else if (value instanceof String text) {
      quote(text, out);
    } else if (value instanceof Long n) {
      out.append((long) n);
    } else if (value instanceof Double d) {
      out.append(
          d.isNaN()
              ? "NaN"
              : d.isInfinite() ? d > 0 ? "Infinity" : "-Infinity" : PythonNumerals.repr(d));
    } else if (value instanceof Map<?, ?> map) {
      dict(map, depth, out);
    } else if (value instanceof List<?> list) {
      list(list, depth, out);
    } else if (value instanceof PythonValues.Tuple tuple) {
      list(tuple.items(), depth, out);
    } else {
      throw RefusedException.of("%s can't be written as JSON", PythonValues.described(value));
    }
  }

  private void list(List<?> list, int depth, StringBuilder out) {
    out.append('[');
    String before = "";
    for (Object item : list) {
      out.append(before);
      lineBreak(depth + 1, out);
      write(item, depth + 1, out);
      before = comma;
    }
    if (!list.isEmpty()) {
      lineBreak(depth, out);
    }
    out.append(']');
  }

  private void dict(Map<?, ?> map, int depth, StringBuilder out) {
    out.append('{');
    List<Object> keys = new ArrayList<>(map.keySet());
    if (sorted) {
      keys.sort(PythonCompare::compare);
    }
    String before = "";
    for (Object key : keys) {
      out.append(before);
      lineBreak(depth + 1, out);
      quote(key == null ? "null" : key.toString(), out);
      out.append(colon);
      write(map.get(key), depth + 1, out);
      before = comma;
    }
    if (!keys.isEmpty()) {
      lineBreak(depth, out);
    }
    out.append('}');
  }

  private void lineBreak(int depth, StringBuilder out) {
    if (indent != null) {
      out.append('\n').append(indent.repeat(depth));
    }
  }

  private void quote(String text, StringBuilder out) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"', '\\' -> out.append('\\').append(c);
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        case '\b' -> out.append("\\b");
        case '\f' -> out.append("\\f");
        default ->
            out.append(
                c < ' ' || ascii && c > '~' ? Words.format("\\u%04x", (int) c) : String.valueOf(c));
      }
    }
    out.append('"');
  }
}
