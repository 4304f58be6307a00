package dev.foresight.text.python;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/** Python's arithmetic; whole numbers beyond 64 bits are refused. */
public final class PythonNumbers {
  private static final int MOST = 1 << 20; // items or characters that '*' may make

  private PythonNumbers() {}

  static boolean isNumber(Object value) {
    return value instanceof Long || value instanceof Double || value instanceof Boolean;
  }

  static boolean isWhole(Object value) {
    return value instanceof Long || value instanceof Boolean;
  }

  /** A truth value counts as 0 or 1. */
  static long whole(Object value) {
    return value instanceof Boolean b ? (b ? 1 : 0) : (Long) value;
  }

  static double fraction(Object value) {
    return value instanceof Double d ? d : whole(value);
  }

  /** {@code -value} or {@code +value}. */
  public static Object signed(String sign, Object value) {
    if (!isNumber(value)) {
      throw RefusedException.of("'%s' before %s", sign, PythonValues.described(value));
    }
    if (sign.equals("+")) {
      return value instanceof Double ? value : (Object) whole(value);
    }
    if (value instanceof Double d) {
      return -d;
    }
    return calculate("-", 0L, value);
  }

  /** What two values give by {@code + - * / // %} or {@code **}. */
  public static Object calculate(String operator, Object left, Object right) {
    if (isNumber(left) && isNumber(right)) {
      if (operator.equals("/") && isWhole(left) && isWhole(right) && isWide(left, right)) {
        throw RefusedException.of("a quotient of numbers beyond 53 bits is not known here");
      }
      try {
        return isWhole(left) && isWhole(right) && !operator.equals("/")
            ? whole(operator, whole(left), whole(right))
            : (Object) fraction(operator, fraction(left), fraction(right));
      } catch (ArithmeticException e) {
        throw new RefusedException(
            "its sum '" + operator + "' divides by zero or leaves 64 bits", e);
      }
    }
    if (operator.equals("+")) {
      if (left instanceof String a && right instanceof String b) {
        PythonValues.bound((long) a.length() + b.length());
        return a + b;
      }
      if (left instanceof List<?> a && right instanceof List<?> b) {
        return joined(a, b);
      }
      if (left instanceof PythonValues.Tuple a && right instanceof PythonValues.Tuple b) {
        return new PythonValues.Tuple(joined(a.items(), b.items()));
      }
    }
    if (operator.equals("*")) {
      return isWhole(right) ? repeated(left, right) : repeated(right, left);
    }
    throw RefusedException.of(
        "%s %s %s is not known here; '~' joins any values as text",
        PythonValues.described(left), operator, PythonValues.described(right));
  }

  /** Whether a fraction would not hold them all. */
  private static boolean isWide(Object... numbers) {
    return Arrays.stream(numbers).anyMatch(number -> Math.abs(fraction(number)) >= 0x1p53);
  }

  private static List<Object> joined(List<?> a, List<?> b) {
    PythonValues.bound((long) a.size() + b.size());
    List<Object> all = new ArrayList<>(a);
    all.addAll(b);
    return all;
  }

  private static Object repeated(Object value, Object times) {
    long size = isWhole(times) ? Math.max(0, whole(times)) : MOST;
    boolean small =
        size < MOST && (!PythonValues.hasLength(value) || size * PythonValues.length(value) < MOST);
    if (small && value instanceof String text) {
      return text.repeat((int) size);
    }
    if (small && value instanceof List<?> list) {
      List<Object> all = new ArrayList<>();
      Collections.nCopies((int) size, list).forEach(all::addAll);
      return all;
    }
    throw RefusedException.of(
        "%s can't be repeated, or would be too long", PythonValues.described(value));
  }

  private static Object whole(String operator, long a, long b) {
    return switch (operator) {
      case "+" -> Math.addExact(a, b);
      case "-" -> Math.subtractExact(a, b);
      case "*" -> Math.multiplyExact(a, b);
      case "//" -> b == -1 ? Math.negateExact(a) : Math.floorDiv(a, b);
      case "%" -> Math.floorMod(a, b);
      default -> {
        if (b < 0 || b > 1 << 10) {
          throw RefusedException.of("a power with the exponent %d is not known here", b);
        }
        yield BigInteger.valueOf(a).pow((int) b).longValueExact();
      }
    };
  }

  private static double fraction(String operator, double a, double b) {
    if (b == 0 && !"+-*".contains(operator)) {
      throw new ArithmeticException("zero");
    }
    return switch (operator) {
      case "+" -> a + b;
      case "-" -> a - b;
      case "*" -> a * b;
      case "/" -> a / b;
      default -> throw RefusedException.of("'%s' of fractions is not known here", operator);
    };
  }
}
