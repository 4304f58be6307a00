package dev.foresight.text;

import com.hubspot.jinjava.el.JinjavaInterpreterResolver;
import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.lib.filter.Filter;
import dev.foresight.Words;
import java.beans.FeatureDescriptor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import jinjava.javax.el.CompositeELResolver;
import jinjava.javax.el.ELContext;
import jinjava.javax.el.ELResolver;

/** The string methods that templates call, as Python has them: Java's differ or are missing. */
final class PythonStrings extends ELResolver {
  /** Methods whose only argument may be None, which stands for white space. */
  private static final Set<String> NONE_IS_SPACE = Set.of("strip", "lstrip", "rstrip", "split");

  private PythonStrings() {}

  /** Jinjava's own resolver, these methods in front of it. */
  static ELResolver resolver() {
    CompositeELResolver all = new CompositeELResolver();
    all.add(new PythonStrings());
    all.add(JinjavaInterpreterResolver.DEFAULT_RESOLVER_READ_ONLY);
    return all;
  }

  /** {@code trim}, which Jinjava gives Java's idea of white space. */
  static final class Trim implements Filter {
    @Override
    public String getName() {
      return "trim";
    }

    @Override
    public Object filter(Object value, JinjavaInterpreter interpreter, String... arguments) {
      return value == null ? "" : strip(value.toString(), chars(arguments), true, true);
    }
  }

  @Override
  public Object invoke(
      ELContext context, Object base, Object method, Class<?>[] types, Object[] parameters) {
    if (!(base instanceof CharSequence)) {
      return null;
    }
    Object[] given = parameters == null ? new Object[0] : parameters;
    if (given.length == 1 && given[0] == null && NONE_IS_SPACE.contains(String.valueOf(method))) {
      given = new Object[0];
    }
    String[] arguments = Arrays.stream(given).map(String::valueOf).toArray(String[]::new);
    context.setPropertyResolved(true);
    return call(base.toString(), String.valueOf(method), arguments);
  }

  private static Object call(String text, String method, String... arguments) {
    return switch (method + "/" + arguments.length) {
      case "strip/0", "strip/1" -> strip(text, chars(arguments), true, true);
      case "lstrip/0", "lstrip/1" -> strip(text, chars(arguments), true, false);
      case "rstrip/0", "rstrip/1" -> strip(text, chars(arguments), false, true);
      case "startswith/1" -> text.startsWith(arguments[0]);
      case "endswith/1" -> text.endsWith(arguments[0]);
      case "upper/0" -> text.toUpperCase(Locale.ROOT);
      case "lower/0" -> text.toLowerCase(Locale.ROOT);
      case "replace/2" -> text.replace(arguments[0], arguments[1]);
      case "split/0" -> words(text);
      case "split/1" -> split(text, arguments[0], Integer.MAX_VALUE);
      case "split/2" -> split(text, arguments[0], Integer.parseInt(arguments[1]));
      default -> // Jinjava would go on with nothing in its place
          throw new ChatRenderer.RefusedException(
              Words.format(
                  "it calls %s of a string with %d arguments, which is not known here",
                  method, arguments.length));
    };
  }

  private static String chars(String... arguments) {
    return arguments.length == 0 ? null : arguments[0];
  }

  /**
   * @param chars code points to remove, null for white space
   */
  private static String strip(String text, String chars, boolean left, boolean right) {
    int[] points = text.codePoints().toArray();
    int from = 0;
    int to = points.length;
    while (left && from < to && isStripped(points[from], chars)) {
      from++;
    }
    while (right && to > from && isStripped(points[to - 1], chars)) {
      to--;
    }
    return new String(points, from, to - from);
  }

  private static boolean isStripped(int point, String chars) {
    return chars == null ? isSpace(point) : chars.indexOf(point) >= 0;
  }

  /** Python's {@code str.isspace}: also no-break spaces, and U+0085. */
  private static boolean isSpace(int point) {
    return Character.isWhitespace(point) || Character.isSpaceChar(point) || point == 0x85;
  }

  private static List<String> words(String text) {
    List<String> words = new ArrayList<>();
    StringBuilder word = new StringBuilder();
    text.codePoints()
        .forEach(
            point -> {
              if (!isSpace(point)) {
                word.appendCodePoint(point);
              } else if (!word.isEmpty()) {
                words.add(word.toString());
                word.setLength(0);
              }
            });
    if (!word.isEmpty()) {
      words.add(word.toString());
    }
    return words;
  }

  /**
   * All parts, empty ones too, at the ends as well; what is behind {@code cuts} cuts stays whole,
   * and fewer than none are as many as there are.
   */
  private static List<String> split(String text, String separator, int cuts) {
    if (separator.isEmpty()) {
      throw new ChatRenderer.RefusedException("it splits a string by an empty separator");
    }
    int most = cuts < 0 ? Integer.MAX_VALUE : cuts;
    List<String> parts = new ArrayList<>();
    int from = 0;
    int at = text.indexOf(separator);
    for (; at >= 0 && parts.size() < most; at = text.indexOf(separator, from)) {
      parts.add(text.substring(from, at));
      from = at + separator.length();
    }
    parts.add(text.substring(from));
    return parts;
  }

  @Override
  public Class<?> getCommonPropertyType(ELContext context, Object base) {
    return null; // methods only: properties are Jinjava's own matter, here and below
  }

  @Override
  public Iterator<FeatureDescriptor> getFeatureDescriptors(ELContext context, Object base) {
    return null;
  }

  @Override
  public Class<?> getType(ELContext context, Object base, Object property) {
    return null;
  }

  @Override
  public Object getValue(ELContext context, Object base, Object property) {
    return null;
  }

  @Override
  public boolean isReadOnly(ELContext context, Object base, Object property) {
    return true;
  }

  @Override
  public void setValue(ELContext context, Object base, Object property, Object value) {}
}
