package dev.foresight.text.python;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.regex.Pattern;

/** Numbers as Python reads them from text, rounds them and writes them. */
final class PythonNumerals {
  private static final Pattern WHOLE = Pattern.compile("[+-]?\\d+(?:_\\d+)*");
  private static final Pattern FRACTION =
      Pattern.compile("[+-]?(?:\\d+\\.?\\d*|\\.\\d+)(?:[eE][+-]?\\d+)?");

  private PythonNumerals() {}

  /** Python's {@code round}: to even where two are as near, by the exact value of the fraction. */
  static Object round(Object value, long digits) {
    if (PythonNumbers.isWhole(value) && digits >= 0) {
      return PythonNumbers.whole(value);
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
    return number == null ? otherwise : PythonNumbers.whole(number);
  }

  /** What Python reads as a number; null if it does not. */
  static Object parse(Object value) {
    if (PythonNumbers.isNumber(value)) {
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
