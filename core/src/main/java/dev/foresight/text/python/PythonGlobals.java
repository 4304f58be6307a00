package dev.foresight.text.python;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The functions that every template has. {@code strftime_now} is none of them: the date of the day
 * would make the same text other tokens tomorrow.
 */
public final class PythonGlobals {
  public static final Map<String, Object> ALL =
      Map.of(
          "raise_exception",
          (PythonValues.Function) PythonGlobals::raiseException,
          "range",
          (PythonValues.Function) PythonGlobals::range,
          "namespace",
          (PythonValues.Function)
              arguments -> new PythonValues.Namespace(dict("namespace", arguments)),
          "dict",
          (PythonValues.Function) arguments -> dict("dict", arguments),
          "lipsum",
          refused("lipsum"),
          "cycler",
          refused("cycler"),
          "joiner",
          refused("joiner"),
          "self",
          refused("self"));

  private PythonGlobals() {}

  private static PythonValues.Function refused(String name) {
    return arguments -> {
      throw RefusedException.of("it calls %s, which is not known here", name);
    };
  }

  private static Object raiseException(Arguments arguments) {
    throw RefusedException.said(
        PythonText.str(
            Arguments.required(
                arguments.in("raise_exception", "message").get(0), "raise_exception")));
  }

  private static Object range(Arguments arguments) {
    long[] bounds =
        arguments.positional().stream()
            .mapToLong(
                bound -> {
                  if (!PythonNumbers.isWhole(bound)) {
                    throw RefusedException.of(
                        "it calls range with %s", PythonValues.described(bound));
                  }
                  return PythonNumbers.whole(bound);
                })
            .toArray();
    if (!arguments.named().isEmpty() || bounds.length < 1 || bounds.length > 3) {
      throw RefusedException.of("it calls range with %d arguments", bounds.length);
    }
    return bounds.length == 1
        ? new PythonValues.Range(0, bounds[0], 1)
        : new PythonValues.Range(bounds[0], bounds[1], bounds.length == 3 ? bounds[2] : 1);
  }

  private static Map<Object, Object> dict(String what, Arguments arguments) {
    Map<Object, Object> dict = new LinkedHashMap<>();
    List<Object> given = arguments.positional();
    if (given.size() == 1 && given.get(0) instanceof Map<?, ?> map) {
      dict.putAll(map);
    } else if (!given.isEmpty()) {
      throw RefusedException.of("it calls %s with other than name=value or a dict", what);
    }
    dict.putAll(arguments.named());
    if (what.equals("namespace")) {
      dict.keySet().forEach(name -> PythonGlobals.checkName(String.valueOf(name)));
    }
    return dict;
  }

  /** Transformers refuses names of a namespace that begin so. */
  public static void checkName(String name) {
    if (name.startsWith("_")) {
      throw RefusedException.of("the name %s of a namespace begins with an underscore", name);
    }
  }
}
