package dev.foresight.text.jinja;

import dev.foresight.text.python.RefusedException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A word of a template's tag, cut as Jinja2's lexer cuts.
 *
 * @param text a name or a sign as it is written
 * @param value of a number or a quoted text
 * @param end where it ends in the template
 */
record Lexeme(Kind kind, String text, Object value, int end) {
  private static final Pattern FLOAT =
      Pattern.compile(
          "(?<!\\.)(?:\\d+_)*+\\d++(?:(?:\\.(?:\\d+_)*+\\d++)?e[+-]?(?:\\d+_)*+\\d++|\\.(?:\\d+_)*+\\d++)",
          Pattern.CASE_INSENSITIVE);
  private static final Pattern INTEGER =
      Pattern.compile(
          "0b(?:_?[01])+|0o(?:_?[0-7])+|0x(?:_?[\\da-f])+|[1-9](?:_?\\d)*|0(?:_?0)*",
          Pattern.CASE_INSENSITIVE);
  private static final Pattern NAME =
      Pattern.compile("[\\p{L}\\p{Nl}_][\\p{L}\\p{Nl}\\p{Mn}\\p{Mc}\\p{Nd}\\p{Pc}]*");
  private static final Pattern QUOTED = // possessive: strings may be long, and the stack is not
      Pattern.compile("'(?:[^'\\\\]++|\\\\.)*+'|\"(?:[^\"\\\\]++|\\\\.)*+\"", Pattern.DOTALL);
  private static final Pattern SIGN =
      Pattern.compile("//|\\*\\*|[=!<>]=|[-+/*%~\\[\\](){}<>=.:|,;]");
  private static final String ESCAPES = "\\\\''\"\"a\u0007b\bf\fn\nr\rt\tv\u000b"; // pairs

  /** What it is. */
  enum Kind {
    NAME,
    TEXT,
    NUMBER,
    SIGN,
    END
  }

  boolean is(String sign) {
    return kind == Kind.SIGN && text.equals(sign);
  }

  boolean isName(String name) {
    return kind == Kind.NAME && text.equals(name);
  }

  /** How messages name it. */
  String described() {
    return kind == Kind.END ? "the end of the tag" : "'" + text + "'";
  }

  /** The word that begins at {@code from}, where no white space is. */
  static Lexeme at(String source, int from) {
    Matcher found = FLOAT.matcher(source).useTransparentBounds(true).region(from, source.length());
    if (found.lookingAt()) {
      double value = Double.parseDouble(found.group().replace("_", ""));
      return new Lexeme(Kind.NUMBER, found.group(), value, found.end());
    }
    if (found.usePattern(INTEGER).lookingAt()) {
      return new Lexeme(Kind.NUMBER, found.group(), integer(found.group()), found.end());
    }
    if (found.usePattern(NAME).lookingAt()) {
      return new Lexeme(Kind.NAME, found.group(), null, found.end());
    }
    if (found.usePattern(QUOTED).lookingAt()) {
      String quoted = found.group();
      String value = unescape(quoted.substring(1, quoted.length() - 1));
      return new Lexeme(Kind.TEXT, quoted, value, found.end());
    }
    if (found.usePattern(SIGN).lookingAt()) {
      return new Lexeme(Kind.SIGN, found.group(), null, found.end());
    }
    throw RefusedException.of(
        "'%s' has no meaning there", Character.toString(source.codePointAt(from)));
  }

  private static Long integer(String text) {
    String digits = text.replace("_", "");
    int radix = digits.length() < 2 ? 10 : "bBoOxX".indexOf(digits.charAt(1)) < 0 ? 10 : 0;
    try {
      return radix == 10
          ? Long.parseLong(digits)
          : Long.parseLong(
              digits.substring(2),
              switch (digits.charAt(1)) {
                case 'b', 'B' -> 2;
                case 'o', 'O' -> 8;
                default -> 16;
              });
    } catch (NumberFormatException e) {
      throw new RefusedException("the number " + text + " is beyond 64 bits", e);
    }
  }

  /** What Python's {@code unicode-escape} makes of it. */
  private static String unescape(String text) {
    if (text.indexOf('\\') < 0) {
      return text;
    }
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c != '\\') {
        out.append(c);
        continue;
      }
      c = text.charAt(++i);
      int known = ESCAPES.indexOf(c);
      if (known >= 0 && known % 2 == 0) {
        out.append(ESCAPES.charAt(known + 1));
      } else if (c >= '0' && c <= '7') {
        int end = i + 1;
        while (end < i + 3
            && end < text.length()
            && text.charAt(end) >= '0'
            && text.charAt(end) <= '7') {
          end++;
        }
        out.appendCodePoint(Integer.parseInt(text.substring(i, end), 8));
        i = end - 1;
      } else if (c == 'x' || c == 'u' || c == 'U') {
        int digits = c == 'x' ? 2 : c == 'u' ? 4 : 8;
        out.appendCodePoint(hex(text, i + 1, digits));
        i += digits;
      } else if (c == 'N' || c > '~') {
        throw RefusedException.of("the escape \\%s in %s is not known here", c, text);
      } else if (c != '\n') {
        out.append('\\').append(c);
      }
    }
    return out.toString();
  }

  private static int hex(String text, int from, int digits) {
    int to = Math.min(text.length(), from + digits);
    String hex = text.substring(from, to);
    if (!hex.matches("[0-9a-fA-F]{" + digits + "}")) {
      throw RefusedException.of("the escape in %s lacks digits", text);
    }
    long point = Long.parseLong(hex, 16);
    if (point > Character.MAX_CODE_POINT || point >= 0xd800 && point < 0xe000) {
      throw RefusedException.of("the escape in %s is no character", text);
    }
    return (int) point;
  }
}
