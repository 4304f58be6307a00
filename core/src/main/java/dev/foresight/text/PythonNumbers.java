package dev.foresight.text;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.regex.Pattern;

/** Python's arithmetic; whole numbers beyond 64 bits are refused. */
final class PythonNumbers {
  private static final int MOST = 1 << 20; // items or characters that '*' may make

  private static final Pattern WHOLE = Pattern.compile("[+-]?\\d+(?:_\\d+)*");
  private static final Pattern FRACTION =
      Pattern.compile("[+-]?(?:\\d+\\.?\\d*|\\.\\d+)(?:[eE][+-]?\\d+)?");

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

  static Object signed(String sign, Object value) {
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

  static Object calculate(String operator, Object left, Object right) {
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

  /** Python's {@code round}: to even where two are as near, by the exact value of the fraction. */
  static Object round(Object value, long digits) {
    if (isWhole(value) && digits >= 0) {
      return whole(value);
    }
    if (!(value instanceof Double d) || !Double.isFinite(d) || Math.abs(digits) > 300) {
      throw RefusedException.of("%s can't be rounded here", PythonValues.described(value));
    }
    double rounded = new BigDecimal(d).setScale((int) digits, RoundingMode.HALF_EVEN).doubleValue();
    return Math.copySign(rounded, d);
  }

  /** Python's {@code int} of a value, or something else where it refuses. */
  static Object toWhole(Object value, Object otherwise) {
    Object number = parse(value);
    if (number instanceof Double d) {
      if (d.isNaN() || d.isInfinite()) {
        return otherwise;
      }
      if (Math.abs(d) >= 0x1p63) {
        throw RefusedException.of("the filter int of a number beyond 64 bits");
      }
      return (long) (double) d;
    }
    return number == null ? otherwise : whole(number);
  }

  /** What Python reads as a number; null if it does not. */
  static Object parse(Object value) {
    if (isNumber(value)) {
      return value;
    }
    if (value instanceof PythonValues.Undefined) {
      throw RefusedException.of("%s can't be a number", PythonValues.described(value));
    }
    if (!(value instanceof String text)) {
      return null;
    }
    String digits = PythonStrings.strip(text, null, true, true);
    if (WHOLE.matcher(digits).matches()) {
      try {
        return Long.parseLong(digits.replace("_", ""));
      } catch (NumberFormatException e) {
        throw new RefusedException("the number " + digits + " is beyond 64 bits", e);
      }
    }
    if (FRACTION.matcher(digits).matches()) {
      return Double.parseDouble(digits);
    }
    if (!digits.matches("(?U)[^\\d_]*|[\\p{ASCII}&&[^_]]*")
        || digits.matches("(?i)[+-]?(inf|nan|infinity)")) {
      throw RefusedException.of("'%s' as a number is not known here", digits);
    }
    return null;
  }

  /** The fewest digits that read back as the same number. */
  static String repr(double value) {
    if (Double.isNaN(value)) {
      return "nan";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "inf" : "-inf";
    }
    if (value == 0) {
      return 1 / value < 0 ? "-0.0" : "0.0";
    }
    BigDecimal exact = new BigDecimal(value);
    BigDecimal shortest = exact;
    for (int digits = 1; digits <= 17; digits++) {
      shortest = exact.round(new MathContext(digits, RoundingMode.HALF_EVEN));
      if (shortest.doubleValue() == value) {
        break;
      }
    }
    shortest = shortest.stripTrailingZeros();
    int exponent = shortest.precision() - shortest.scale() - 1;
    if (exponent >= -4 && exponent < 16) {
      String plain = shortest.toPlainString();
      return plain.indexOf('.') < 0 ? plain + ".0" : plain;
    }
    String digits = shortest.unscaledValue().abs().toString();
    String mantissa = digits.length() == 1 ? digits : digits.charAt(0) + "." + digits.substring(1);
    String power = Math.abs(exponent) < 10 ? "0" + Math.abs(exponent) : "" + Math.abs(exponent);
    return (value < 0 ? "-" : "") + mantissa + (exponent < 0 ? "e-" : "e+") + power;
  }
}
