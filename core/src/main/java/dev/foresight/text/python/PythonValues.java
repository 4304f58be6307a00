package dev.foresight.text.python;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The values of templates: text, Long, Double, Boolean, None (null), List, Map, and these. What
 * Python would do with a value that is none of them is refused.
 */
public final class PythonValues {
  /** Characters of an output or parts of a value; a template may loop for ever. */
  public static final int LONGEST = 256 << 20;

  private PythonValues() {}

  /** A name or key that is not there; as text it is empty. */
  public record Undefined(String what) {}

  /** Something with a length whose items can be gone through again and again. */
  public interface Items {
    List<Object> items();
  }

  public record Tuple(List<Object> items) implements Items {}

  /** Keys, values or items of a dict. */
  public record View(String name, List<Object> items) implements Items {}

  public record Range(long from, long to, long step) implements Items {
    private static final int MOST = 100_000; // as in Jinja2's sandbox

    public Range {
      if (step == 0 || Math.abs((double) to - from) / Math.abs((double) step) > MOST) {
        throw RefusedException.of("range(%d, %d, %d) has no step or is too long", from, to, step);
      }
    }

    @Override
    public List<Object> items() {
      List<Object> items = new ArrayList<>();
      for (long i = from; step > 0 ? i < to : i > to; i += step) {
        items.add(i);
      }
      return items;
    }
  }

  /** A generator: its items can be gone through once, and nobody knows how many there are. */
  public record Once(Iterator<Object> items) {
    static Once of(List<Object> items) {
      return new Once(items.iterator());
    }
  }

  /** {@code namespace(...)}. */
  public record Namespace(Map<Object, Object> attributes) {}

  /** What the filter safe makes of text: equal when it is written, and other in sums. */
  public record Markup(String text) {}

  /** What can be called. */
  @FunctionalInterface
  public interface Function {
    Object call(Arguments arguments);
  }

  /** An object of an engine, known by its attributes alone, as is {@code loop}. */
  public interface Attributed {
    /** {@link Arguments#ABSENT} if there is none of that name. */
    Object attribute(String name);
  }

  public static boolean isTrue(Object value) {
    if (value instanceof Boolean b) {
      return b;
    }
    if (value instanceof Long n) {
      return n != 0;
    }
    if (value instanceof Double d) {
      return d != 0;
    }
    if (value instanceof Markup markup) {
      return !markup.text().isEmpty();
    }
    if (hasLength(value)) {
      return length(value) > 0;
    }
    return value != null && !(value instanceof Undefined);
  }

  public static boolean hasLength(Object value) {
    return value instanceof String
        || value instanceof List
        || value instanceof Map
        || value instanceof Items;
  }

  public static long length(Object value) {
    if (value instanceof String text) {
      return text.codePointCount(0, text.length());
    }
    if (value instanceof List<?> list) {
      return list.size();
    }
    if (value instanceof Map<?, ?> map) {
      return map.size();
    }
    if (value instanceof Items items) {
      return items.items().size();
    }
    if (value instanceof Undefined) {
      return 0;
    }
    throw RefusedException.of("%s has no length", described(value));
  }

  /** What a loop goes through. */
  public static Iterator<Object> iterate(Object value) {
    if (value instanceof Once once) {
      return once.items();
    }
    return items(value).iterator();
  }

  /** All items; those of a generator are then gone. */
  public static List<Object> items(Object value) {
    if (value instanceof List<?> list) {
      return new ArrayList<>(list);
    }
    if (value instanceof Map<?, ?> map) {
      return new ArrayList<>(map.keySet());
    }
    if (value instanceof Items items) {
      return new ArrayList<>(items.items());
    }
    List<Object> all = new ArrayList<>();
    if (value instanceof Undefined) {
      return all;
    }
    if (value instanceof String text) {
      text.codePoints().forEach(point -> all.add(Character.toString(point)));
    } else if (value instanceof Once once) {
      once.items().forEachRemaining(all::add);
    } else {
      throw RefusedException.of("%s has no items to go through", described(value));
    }
    return all;
  }

  /** Refuses a text or list of this length if it is longer than any output may be. */
  public static void bound(long length) {
    if (length > LONGEST) {
      throw RefusedException.of("it makes a value of %d parts, too many", length);
    }
  }

  /** A key of a dict; Python takes 1, 1.0 and true for one, which Java does not. */
  public static Object key(Object value) {
    if (value instanceof String || value instanceof Long || value == null) {
      return value;
    }
    throw RefusedException.of("%s as a key of a dict is not known here", described(value));
  }

  /** How messages name a value. */
  static String described(Object value) {
    if (value instanceof Undefined undefined) {
      return undefined.what() + " (not defined)";
    }
    String name =
        value == null
            ? "none"
            : value instanceof String
                ? "text"
                : value instanceof Long
                    ? "a whole number"
                    : value instanceof Double
                        ? "a fraction"
                        : value instanceof Map
                            ? "a dict"
                            : value instanceof List
                                ? "a list"
                                : value instanceof Function
                                    ? "a function"
                                    : value instanceof Once
                                        ? "a generator"
                                        : value.getClass().getSimpleName();
    return name.startsWith("a ") || name.equals("none") || name.equals("text")
        ? name
        : "a " + name.toLowerCase(Locale.ROOT);
  }
}
