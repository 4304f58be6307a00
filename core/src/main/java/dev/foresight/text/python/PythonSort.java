package dev.foresight.text.python;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** The filters that order items, where upper and lower case are one unless they are told. */
final class PythonSort {
  private PythonSort() {}

  static List<Object> dictsort(Object value, List<Object> given) {
    Object by = Arguments.or(given.get(1), "key");
    if (!(value instanceof Map) || !"key".equals(by) && !"value".equals(by)) {
      throw RefusedException.of("the filter dictsort of %s", PythonValues.described(value));
    }
    int position = "key".equals(by) ? 0 : 1;
    UnaryOperator<Object> part = item -> ((PythonValues.Tuple) item).items().get(position);
    return sorted(PythonFilters.dictItems(value), part, given.get(0), given.get(2));
  }

  /** Stable, also where the order is turned round. */
  static List<Object> sorted(
      List<Object> items, UnaryOperator<Object> part, Object caseSensitive, Object reverse) {
    boolean exact = PythonValues.isTrue(Arguments.or(caseSensitive, false));
    Comparator<Object> order =
        Comparator.comparing(
            item -> {
              Object key = part.apply(item);
              return !exact && key instanceof String text ? PythonStrings.cased(text, false) : key;
            },
            (a, b) -> {
              Integer compared = PythonCompare.compare(a, b);
              if (compared == null) {
                throw RefusedException.of("it sorts values without an order");
              }
              return compared;
            });
    List<Object> result = new ArrayList<>(items);
    result.sort(PythonValues.isTrue(Arguments.or(reverse, false)) ? order.reversed() : order);
    return result;
  }
}
