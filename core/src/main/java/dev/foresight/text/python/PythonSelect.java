package dev.foresight.text.python;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** The filters that choose among items, by a test of them or of an attribute. */
final class PythonSelect {
  private PythonSelect() {}

  /** The part of an item that a text {@code a.b.0} or a number names; null names the whole. */
  static UnaryOperator<Object> getter(Object attribute) {
    if (attribute == null) {
      return item -> item;
    }
    List<Object> path = new ArrayList<>();
    if (attribute instanceof Long index) {
      path.add(index);
    } else if (attribute instanceof String text && text.indexOf(',') < 0) {
      for (String part : text.split("\\.", -1)) {
        path.add(part.matches("[0-9]{1,18}") ? (Object) Long.valueOf(part) : part);
      }
    } else {
      throw RefusedException.of("an attribute by %s", PythonValues.described(attribute));
    }
    return item -> {
      Object found = item;
      for (Object part : path) {
        found = PythonAccess.item(found, part);
      }
      return found;
    };
  }

  static Object byTest(Object value, Arguments arguments, boolean wanted) {
    if (!PythonValues.isTrue(value)) {
      return PythonValues.Once.of(List.of()); // also of none
    }
    return chosen(value, test(arguments.positional(), arguments), wanted);
  }

  static Object byAttribute(Object value, Arguments arguments, boolean wanted) {
    List<Object> given = arguments.positional();
    if (!PythonValues.isTrue(value)) {
      return PythonValues.Once.of(List.of());
    }
    if (given.isEmpty()) {
      throw RefusedException.of("the filters selectattr and rejectattr need an attribute");
    }
    UnaryOperator<Object> part = getter(given.get(0));
    Predicate<Object> test = test(given.subList(1, given.size()), arguments);
    return chosen(value, item -> test.test(part.apply(item)), wanted);
  }

  /** Named by the first of these, with the others; without a name whether it is true. */
  private static Predicate<Object> test(List<Object> given, Arguments arguments) {
    if (given.isEmpty()) {
      arguments.in("a filter that selects", "attribute");
      return PythonValues::isTrue;
    }
    String name = PythonText.str(given.get(0));
    Arguments rest = new Arguments(given.subList(1, given.size()), arguments.named());
    return item -> PythonTests.holds(name, item, rest);
  }

  private static Object chosen(Object value, Predicate<Object> test, boolean wanted) {
    List<Object> items = new ArrayList<>();
    for (Object item : PythonValues.items(value)) {
      if (test.test(item) == wanted) {
        items.add(item);
      }
    }
    return PythonValues.Once.of(items);
  }
}
