package dev.foresight.text.python;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** The filters that are known here, as Jinja2 has them; others are refused where they are used. */
public final class PythonFilters {
  private PythonFilters() {}

  /** What {@code value | name(arguments)} gives. */
  public static Object apply(String name, Object value, Arguments arguments) {
    String what = "the filter " + name;
    switch (name) {
      case "default", "d" -> {
        List<Object> given = arguments.in(what, "default_value", "boolean");
        boolean isMissing =
            value instanceof PythonValues.Undefined
                || PythonValues.isTrue(Arguments.or(given.get(1), false))
                    && !PythonValues.isTrue(value);
        return isMissing ? Arguments.or(given.get(0), "") : value;
      }
      case "tojson" -> {
        return PythonJson.filter(value, arguments);
      }
      case "map" -> {
        if (!PythonValues.isTrue(value)) {
          return PythonValues.Once.of(List.of()); // also of none, as for the filters that select
        }
        return PythonValues.Once.of(map(value, arguments));
      }
      case "select", "reject" -> {
        return PythonSelect.byTest(value, arguments, name.equals("select"));
      }
      case "selectattr", "rejectattr" -> {
        return PythonSelect.byAttribute(value, arguments, name.equals("selectattr"));
      }
      case "join" -> {
        List<Object> given = arguments.in(what, "d", "attribute");
        String between = PythonText.str(Arguments.or(given.get(0), ""));
        UnaryOperator<Object> part = PythonSelect.getter(Arguments.or(given.get(1), null));
        List<Object> items = PythonValues.items(value);
        PythonValues.bound((long) items.size() * between.length());
        return String.join(between, items.stream().map(part).map(PythonText::str).toList());
      }
      case "dictsort" -> {
        return PythonSort.dictsort(value, arguments.in(what, "case_sensitive", "by", "reverse"));
      }
      case "sort" -> {
        List<Object> given = arguments.in(what, "reverse", "case_sensitive", "attribute");
        UnaryOperator<Object> part = PythonSelect.getter(Arguments.or(given.get(2), null));
        return PythonSort.sorted(PythonValues.items(value), part, given.get(1), given.get(0));
      }
      case "trim" -> {
        Object chars = Arguments.or(arguments.in(what, "chars").get(0), null);
        if (chars != null && !(chars instanceof String)) {
          throw RefusedException.of("%s with %s", what, PythonValues.described(chars));
        }
        return PythonStrings.strip(text(value, what), (String) chars, true, true);
      }
      case "replace" -> {
        List<Object> given = arguments.in(what, "old", "new", "count");
        String old = PythonText.str(Arguments.required(given.get(0), what));
        String by = PythonText.str(Arguments.required(given.get(1), what));
        Object most = Arguments.or(given.get(2), null);
        if (most != null && !PythonNumbers.isWhole(most)) {
          throw RefusedException.of("%s with %s", what, PythonValues.described(most));
        }
        long count = most == null ? -1 : PythonNumbers.whole(most);
        return PythonStrings.replace(text(value, what), old, by, count);
      }
      case "int" -> {
        List<Object> given = arguments.in(what, "default");
        return PythonNumerals.toWhole(value, Arguments.or(given.get(0), 0L));
      }
      case "float" -> {
        Object number = PythonNumerals.parse(value);
        Object otherwise = Arguments.or(arguments.in(what, "default").get(0), 0.0);
        return number == null ? otherwise : PythonNumbers.fraction(number);
      }
      case "round" -> {
        Object digits = Arguments.or(arguments.in(what, "precision").get(0), 0L);
        if (!PythonNumbers.isWhole(digits)) {
          throw RefusedException.of("%s with %s", what, PythonValues.described(digits));
        }
        return PythonNumerals.round(value, PythonNumbers.whole(digits));
      }
      default -> {
        arguments.none(what);
        return plain(name, value, what);
      }
    }
  }

  /** Those without arguments. */
  private static Object plain(String name, Object value, String what) {
    return switch (name) {
      case "length", "count" -> PythonValues.length(value);
      case "first" -> {
        var items = PythonValues.iterate(value);
        yield items.hasNext() ? items.next() : new PythonValues.Undefined("the first of nothing");
      }
      case "last" -> {
        List<Object> items = reversible(value, what);
        yield items.isEmpty()
            ? new PythonValues.Undefined("the last of nothing")
            : items.get(items.size() - 1);
      }
      case "reverse" -> {
        List<Object> items = PythonValues.items(value);
        Collections.reverse(items);
        yield value instanceof String
            ? String.join("", items.stream().map(PythonText::str).toList())
            : PythonValues.Once.of(items);
      }
      case "list" -> new ArrayList<>(PythonValues.items(value));
      case "items" -> PythonValues.Once.of(dictItems(value));
      case "string" -> text(value, what);
      case "upper" -> PythonStrings.cased(text(value, what), true);
      case "lower" -> PythonStrings.cased(text(value, what), false);
      case "safe" -> new PythonValues.Markup(PythonText.str(value));
      case "abs" -> {
        if (!PythonNumbers.isNumber(value)) {
          throw RefusedException.of("%s of %s", what, PythonValues.described(value));
        }
        yield PythonNumbers.fraction(value) < 0
            ? PythonNumbers.signed("-", value)
            : PythonNumbers.signed("+", value);
      }
      default -> throw RefusedException.of("it uses the filter %s, which is not known here", name);
    };
  }

  /** As text, which text that is marked as safe would not become. */
  private static String text(Object value, String what) {
    if (value instanceof PythonValues.Markup) {
      throw RefusedException.of("%s behind the filter safe is not known here", what);
    }
    return PythonText.str(value);
  }

  private static List<Object> reversible(Object value, String what) {
    if (value instanceof PythonValues.Once) {
      throw RefusedException.of("%s of a generator; the filter list makes it a list", what);
    }
    return PythonValues.items(value);
  }

  private static List<Object> map(Object value, Arguments arguments) {
    UnaryOperator<Object> each;
    if (arguments.positional().isEmpty()) {
      Map<String, Object> named = new LinkedHashMap<>(arguments.named());
      if (!named.containsKey("attribute")) {
        throw RefusedException.of("the filter map lacks an argument");
      }
      UnaryOperator<Object> part = PythonSelect.getter(named.remove("attribute"));
      Object otherwise = named.remove("default");
      new Arguments(List.of(), named).none("the filter map");
      each =
          item -> {
            Object found = part.apply(item);
            return found instanceof PythonValues.Undefined && otherwise != null ? otherwise : found;
          };
    } else {
      String filter = PythonText.str(arguments.positional().get(0));
      List<Object> rest = arguments.positional().subList(1, arguments.positional().size());
      Arguments others = new Arguments(rest, arguments.named());
      each = item -> apply(filter, item, others);
    }
    List<Object> results = new ArrayList<>();
    PythonValues.items(value).forEach(item -> results.add(each.apply(item)));
    return results;
  }

  static List<Object> dictItems(Object value) {
    List<Object> items = new ArrayList<>();
    if (value instanceof Map<?, ?> map) {
      map.forEach((key, item) -> items.add(PythonAccess.pair(key, item)));
    } else if (!(value instanceof PythonValues.Undefined)) {
      throw RefusedException.of("the items of %s", PythonValues.described(value));
    }
    return items;
  }
}
