package dev.foresight.text.python;

import java.math.BigDecimal;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** When Python takes two values for equal, for ordered, and one for a part of the other. */
public final class PythonCompare {
  private PythonCompare() {}

  /** Whether a comparison holds, {@code in} and {@code not in} among them. */
  public static boolean holds(String operator, Object left, Object right) {
    return switch (operator) {
      case "==" -> equal(left, right);
      case "!=" -> !equal(left, right);
      case "in" -> contains(right, left);
      case "not in" -> !contains(right, left);
      default -> ordered(operator, left, right);
    };
  }

  public static boolean equal(Object left, Object right) {
    if (PythonNumbers.isNumber(left) && PythonNumbers.isNumber(right)) {
      Integer order = numbers(left, right);
      return order != null && order == 0;
    }
    if (left instanceof String || left == null) {
      return left == null ? right == null : left.equals(right);
    }
    if (left instanceof PythonValues.Undefined) {
      return right instanceof PythonValues.Undefined;
    }
    if (left instanceof List<?> a) {
      return right instanceof List<?> b && equal(a.iterator(), b.iterator());
    }
    if (left instanceof PythonValues.Tuple a) {
      return right instanceof PythonValues.Tuple b
          && equal(a.items().iterator(), b.items().iterator());
    }
    if (left instanceof Map<?, ?> a) {
      return right instanceof Map<?, ?> b
          && a.keySet().equals(b.keySet())
          && a.keySet().stream().allMatch(key -> equal(a.get(key), b.get(key)));
    }
    if (isPlain(left) && isPlain(right)) {
      return false;
    }
    throw RefusedException.of(
        "whether %s equals %s is not known here",
        PythonValues.described(left), PythonValues.described(right));
  }

  private static boolean isPlain(Object value) {
    return value == null
        || value instanceof String
        || value instanceof List
        || value instanceof Map
        || value instanceof PythonValues.Tuple
        || value instanceof PythonValues.Undefined
        || PythonNumbers.isNumber(value);
  }

  private static boolean equal(Iterator<?> a, Iterator<?> b) {
    while (a.hasNext() && b.hasNext()) {
      if (!equal(a.next(), b.next())) {
        return false;
      }
    }
    return a.hasNext() == b.hasNext();
  }

  private static boolean contains(Object whole, Object part) {
    if (whole instanceof String text) {
      if (part instanceof String found) {
        return text.contains(found);
      }
      throw RefusedException.of("%s can't be in text", PythonValues.described(part));
    }
    if (whole instanceof Map<?, ?> map) {
      return map.containsKey(PythonValues.key(part));
    }
    return PythonValues.items(whole).stream().anyMatch(item -> equal(item, part));
  }

  private static boolean ordered(String operator, Object left, Object right) {
    Integer order = compare(left, right);
    if (order == null) {
      return false; // nothing is before or behind NaN
    }
    return switch (operator) {
      case "<" -> order < 0;
      case "<=" -> order <= 0;
      case ">" -> order > 0;
      default -> order >= 0;
    };
  }

  /** Null if there is no order, as with NaN. */
  static Integer compare(Object left, Object right) {
    if (PythonNumbers.isNumber(left) && PythonNumbers.isNumber(right)) {
      return numbers(left, right);
    }
    if (left instanceof String a && right instanceof String b) {
      return points(a, b);
    }
    if (left instanceof List<?> a && right instanceof List<?> b) {
      return compare(a, b);
    }
    if (left instanceof PythonValues.Tuple a && right instanceof PythonValues.Tuple b) {
      return compare(a.items(), b.items());
    }
    throw RefusedException.of(
        "%s and %s have no order", PythonValues.described(left), PythonValues.described(right));
  }

  private static Integer compare(List<?> a, List<?> b) {
    for (int i = 0; i < Math.min(a.size(), b.size()); i++) {
      if (!equal(a.get(i), b.get(i))) {
        return compare(a.get(i), b.get(i));
      }
    }
    return Integer.compare(a.size(), b.size());
  }

  /** By code points: Java's order has those beyond U+FFFF before some others. */
  private static int points(String a, String b) {
    int i = 0;
    while (i < a.length() && i < b.length()) {
      int left = a.codePointAt(i);
      int right = b.codePointAt(i);
      if (left != right) {
        return Integer.compare(left, right);
      }
      i += Character.charCount(left);
    }
    return Integer.compare(a.length(), b.length());
  }

  private static Integer numbers(Object left, Object right) {
    if (PythonNumbers.isWhole(left) && PythonNumbers.isWhole(right)) {
      return Long.compare(PythonNumbers.whole(left), PythonNumbers.whole(right));
    }
    double a = PythonNumbers.fraction(left);
    double b = PythonNumbers.fraction(right);
    if (Double.isNaN(a) || Double.isNaN(b)) {
      return null;
    }
    if (Double.isInfinite(a) || Double.isInfinite(b)) {
      return a < b ? -1 : a > b ? 1 : 0;
    }
    return exact(left).compareTo(exact(right));
  }

  private static BigDecimal exact(Object number) {
    return PythonNumbers.isWhole(number)
        ? BigDecimal.valueOf(PythonNumbers.whole(number))
        : new BigDecimal((Double) number);
  }
}
