package dev.foresight.text;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Says what Jinjava reads otherwise than Jinja2 in words that both read alike: brackets around what
 * {@code not} denies in {@code not x is defined} and around the values of {@code namespace(a=b -
 * 1)}, a filter for {@code messages[::-1]}.
 */
final class TemplateSyntax {
  private static final Pattern TAG = Pattern.compile("\\{%.*?%}|\\{\\{.*?}}", Pattern.DOTALL);
  private static final Pattern QUOTED = // possessive: strings may be long, and the stack is not
      Pattern.compile("'(?:[^'\\\\]++|\\\\.)*+'|\"(?:[^\"\\\\]++|\\\\.)*+\"", Pattern.DOTALL);
  private static final char MASK = '\uE000'; // private use: stands for a quoted text
  private static final Pattern NOT_IS =
      Pattern.compile("\\bnot\\s+([A-Za-z_][\\w.]*(?:\\[[^\\]]*])*)\\s+is\\s+((?:not\\s+)?\\w+)");
  private static final Pattern REVERSED = Pattern.compile("([A-Za-z_][\\w.]*)\\[::-1]");
  private static final String NAMESPACE = "namespace(";

  private TemplateSyntax() {}

  /** The same template for Jinjava; one line break at its end goes, as in Jinja2. */
  static String adapt(String template) {
    String text = template.replace("\r\n", "\n");
    if (text.endsWith("\n")) {
      text = text.substring(0, text.length() - 1);
    }
    StringBuilder adapted = new StringBuilder();
    Matcher tag = TAG.matcher(text);
    while (tag.find()) {
      tag.appendReplacement(adapted, Matcher.quoteReplacement(adaptTag(tag.group())));
    }
    return tag.appendTail(adapted).toString();
  }

  private static String adaptTag(String tag) {
    List<String> quoted = new ArrayList<>();
    String code =
        QUOTED
            .matcher(tag)
            .replaceAll(
                text -> {
                  quoted.add(text.group());
                  return String.valueOf(MASK);
                });
    code = NOT_IS.matcher(code).replaceAll("not ($1 is $2)");
    code = REVERSED.matcher(code).replaceAll("($1|reverse|list)");
    int call = code.indexOf(NAMESPACE);
    if (call >= 0) {
      code = bracketValues(code, call + NAMESPACE.length());
    }
    StringBuilder result = new StringBuilder();
    int next = 0;
    for (char c : code.toCharArray()) {
      result.append(c == MASK ? quoted.get(next++) : String.valueOf(c));
    }
    return result.toString();
  }

  /**
   * Brackets around each value of {@code name=value, name=value)}, which begins at {@code from}.
   */
  private static String bracketValues(String code, int from) {
    StringBuilder result = new StringBuilder(code.substring(0, from));
    int depth = 0;
    boolean inValue = false;
    int at = from;
    for (; at < code.length() && depth >= 0; at++) {
      char c = code.charAt(at);
      depth += "([{".indexOf(c) >= 0 ? 1 : ")]}".indexOf(c) >= 0 ? -1 : 0;
      if (inValue && (depth < 0 || depth == 0 && c == ',')) {
        result.append(')');
        inValue = false;
      }
      result.append(c);
      if (!inValue && depth == 0 && c == '=') {
        result.append('(');
        inValue = true;
      }
    }
    return result.append(code.substring(at)).toString();
  }
}
