package dev.foresight.text.python;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Attributes, items, slices and calls, by the rules of Jinja2's sandbox. */
public final class PythonAccess {
  private static final Set<String> DICT =
      Set.of("copy", "fromkeys", "get", "items", "keys", "values");
  private static final Set<String> LIST = Set.of("copy", "count", "index");

  /** Those that change a value, which Jinja2's sandbox takes for not defined. */
  private static final Set<String> CHANGE_DICT =
      Set.of("clear", "pop", "popitem", "setdefault", "update");

  private static final Set<String> CHANGE_LIST =
      Set.of("append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort");

  private static final Set<String> NUMBER =
      Set.of(
          "as_integer_ratio",
          "bit_count",
          "bit_length",
          "conjugate",
          "denominator",
          "from_bytes",
          "fromhex",
          "hex",
          "imag",
          "is_integer",
          "numerator",
          "real",
          "to_bytes");

  private PythonAccess() {}

  /** {@code of.name}: what Python calls so comes before a key of a dict. */
  public static Object attribute(Object of, String name) {
    Object known = pythons(of, name);
    if (known != Arguments.ABSENT) {
      return known;
    }
    return of instanceof Map<?, ?> map && map.containsKey(name)
        ? map.get(name)
        : new PythonValues.Undefined("'" + name + "'");
  }

  /** What Python itself calls so, or {@link Arguments#ABSENT}. */
  private static Object pythons(Object of, String name) {
    if (of instanceof PythonValues.Undefined undefined) {
      throw RefusedException.of(
          "it asks for %s of %s, which is not defined", name, undefined.what());
    }
    if (name.startsWith("__")) {
      throw RefusedException.of("it asks for %s, which templates may not", name);
    }
    if (of instanceof PythonValues.Namespace namespace) {
      return namespace.attributes().getOrDefault(name, Arguments.ABSENT);
    }
    if (of instanceof PythonValues.Attributed object) {
      return object.attribute(name);
    }
    if (of instanceof Map && CHANGE_DICT.contains(name)
        || of instanceof List && CHANGE_LIST.contains(name)) {
      return new PythonValues.Undefined("the changing method " + name);
    }
    boolean method =
        of instanceof String
            ? PythonStrings.NAMES.contains(name)
            : of instanceof Map
                ? DICT.contains(name)
                : of instanceof List
                    ? LIST.contains(name)
                    : of instanceof PythonValues.Tuple
                        ? name.equals("count") || name.equals("index")
                        : PythonNumbers.isNumber(of) && NUMBER.contains(name);
    if (method) {
      return (PythonValues.Function) arguments -> method(of, name, arguments);
    }
    if (of instanceof PythonValues.Function
        || of instanceof PythonValues.Once
        || of instanceof PythonValues.Markup
        || of instanceof PythonValues.View
        || of instanceof PythonValues.Range) {
      throw RefusedException.of("it asks for %s of %s", name, PythonValues.described(of));
    }
    return Arguments.ABSENT;
  }

  /** {@code of[index]}. */
  public static Object item(Object of, Object index) {
    if (of instanceof PythonValues.Undefined undefined) {
      throw RefusedException.of(
          "it asks for an item of %s, which is not defined", undefined.what());
    }
    if (of instanceof PythonValues.Markup || of instanceof PythonValues.Function) {
      throw RefusedException.of("it asks for an item of %s", PythonValues.described(of));
    }
    if (of instanceof Map<?, ?> map && map.containsKey(PythonValues.key(index))) {
      return map.get(index);
    }
    if (PythonNumbers.isWhole(index) && PythonSlices.isIndexed(of)) {
      long at = PythonNumbers.whole(index);
      long length = PythonValues.length(of);
      long from = at < 0 ? at + length : at;
      if (from >= 0 && from < length) {
        return PythonSlices.at(of, (int) from);
      }
    }
    if (index instanceof String name) {
      Object known = pythons(of, name);
      if (known != Arguments.ABSENT) {
        return known;
      }
    }
    return new PythonValues.Undefined("the item " + PythonText.str(index));
  }

  /** {@code called(…)}. */
  public static Object call(Object called, Arguments arguments) {
    if (called instanceof PythonValues.Function function) {
      return function.call(arguments);
    }
    throw RefusedException.of("it calls %s", PythonValues.described(called));
  }

  private static Object method(Object of, String name, Arguments arguments) {
    String what = name + " of " + PythonValues.described(of);
    if (of instanceof String text) {
      return PythonStrings.call(text, name, arguments);
    }
    if (of instanceof Map<?, ?> map) {
      switch (name) {
        case "get" -> {
          List<Object> given = arguments.in(what, "key", "default");
          Object key = PythonValues.key(Arguments.required(given.get(0), what));
          return map.containsKey(key) ? map.get(key) : Arguments.or(given.get(1), null);
        }
        case "items", "keys", "values" -> {
          arguments.none(what);
          return new PythonValues.View("dict_" + name, parts(map, name));
        }
        default -> {}
      }
    } else if (name.equals("count") && !PythonNumbers.isNumber(of)) {
      Object wanted = arguments.one(what);
      return PythonValues.items(of).stream()
          .filter(item -> PythonCompare.equal(item, wanted))
          .count();
    }
    throw RefusedException.of("it calls %s, which is not known here", what);
  }

  private static List<Object> parts(Map<?, ?> map, String name) {
    List<Object> parts = new ArrayList<>();
    map.forEach(
        (key, value) ->
            parts.add(
                switch (name) {
                  case "keys" -> key;
                  case "values" -> value;
                  default -> pair(key, value);
                }));
    return parts;
  }

  static PythonValues.Tuple pair(Object first, Object second) {
    List<Object> pair = new ArrayList<>(); // either may be null
    pair.add(first);
    pair.add(second);
    return new PythonValues.Tuple(pair);
  }
}
