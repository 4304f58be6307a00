package dev.foresight.text.python;

import java.util.List;
import java.util.Map;

/** The tests behind {@code is} that are known here; others are refused where they are used. */
public final class PythonTests {
  private PythonTests() {}

  /** Whether {@code value is name(arguments)}. */
  public static boolean holds(String name, Object value, Arguments arguments) {
    String what = "the test " + name;
    String comparison =
        switch (name) {
          case "==", "eq", "equalto" -> "==";
          case "!=", "ne" -> "!=";
          case "<", "lt", "lessthan" -> "<";
          case "<=", "le" -> "<=";
          case ">", "gt", "greaterthan" -> ">";
          case ">=", "ge" -> ">=";
          case "in" -> "in";
          default -> null;
        };
    if (comparison != null) {
      return PythonCompare.holds(comparison, value, arguments.one(what));
    }
    if (name.equals("divisibleby")) {
      return Long.valueOf(0).equals(PythonNumbers.calculate("%", value, arguments.one(what)));
    }
    if (name.equals("sameas")) {
      Object other = arguments.one(what);
      if (other == null || other instanceof Boolean) {
        return other == null ? value == null : other.equals(value);
      }
      throw RefusedException.of(
          "%s with %s is not known here", what, PythonValues.described(other));
    }
    arguments.none(what);
    return plain(name, value, what);
  }

  private static boolean plain(String name, Object value, String what) {
    return switch (name) {
      case "defined" -> !(value instanceof PythonValues.Undefined);
      case "undefined" -> value instanceof PythonValues.Undefined;
      case "none" -> value == null;
      case "boolean" -> value instanceof Boolean;
      case "true" -> Boolean.TRUE.equals(value);
      case "false" -> Boolean.FALSE.equals(value);
      case "string" -> value instanceof String || value instanceof PythonValues.Markup;
      case "number" -> PythonNumbers.isNumber(value);
      case "integer" -> value instanceof Long;
      case "float" -> value instanceof Double;
      case "mapping" -> value instanceof Map;
      case "callable" ->
          value instanceof PythonValues.Function
              || value instanceof PythonValues.Undefined
              || value instanceof PythonValues.Attributed;
      case "iterable" ->
          isSequence(value)
              || value instanceof PythonValues.Items
              || value instanceof PythonValues.Once
              || value instanceof PythonValues.Attributed;
      case "sequence" -> isSequence(value);
      case "odd" -> Long.valueOf(1).equals(PythonNumbers.calculate("%", value, 2L));
      case "even" -> Long.valueOf(0).equals(PythonNumbers.calculate("%", value, 2L));
      default -> throw RefusedException.of("it uses %s, which is not known here", what);
    };
  }

  /** With a length and items by index: also a dict, and what is not defined. */
  private static boolean isSequence(Object value) {
    return value instanceof String
        || value instanceof List
        || value instanceof Map
        || value instanceof PythonValues.Tuple
        || value instanceof PythonValues.Range
        || value instanceof PythonValues.Markup
        || value instanceof PythonValues.Undefined;
  }
}
