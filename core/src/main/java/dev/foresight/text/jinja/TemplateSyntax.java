package dev.foresight.text.jinja;

import dev.foresight.text.python.PythonStrings;
import dev.foresight.text.python.PythonText;
import dev.foresight.text.python.RefusedException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A template as Jinja2's lexer cuts it, white space stripped where {@code trim_blocks} and {@code
 * lstrip_blocks} strip it, said in tags that Jinjava reads alike: each holds the number of a part,
 * and the parts are what Jinja2 reads in them.
 */
final class TemplateSyntax {
  private static final Pattern OPENING =
      Pattern.compile(
          "(\\{%([-+]?)\\s*raw\\s*(-?)%})|\\{([{%#])([-+]?)", Pattern.UNICODE_CHARACTER_CLASS);
  private static final Pattern END_OF_RAW =
      Pattern.compile("\\{%([-+]?)\\s*endraw\\s*([-+]?)%}", Pattern.UNICODE_CHARACTER_CLASS);

  private final String source;
  private final Adapted adapted = new Adapted();
  private final TemplateTags tags = new TemplateTags(this);
  private int at;
  private int line = 1; // where the tag begins
  private int counted; // up to where line breaks are
  private boolean lineStarts = true;

  private TemplateSyntax(String source) {
    this.source = source;
  }

  /**
   * The same template for Jinjava; one line break at its end goes, as in Jinja2.
   *
   * @throws RefusedException if Jinja2 could not read it
   */
  static Adapted adapt(String template) {
    String text = template.replace("\r\n", "\n").replace('\r', '\n');
    if (text.endsWith("\n")) {
      text = text.substring(0, text.length() - 1);
    }
    TemplateSyntax syntax = new TemplateSyntax(text);
    try {
      syntax.read();
    } catch (RefusedException e) {
      throw e.at(syntax.line);
    }
    return syntax.adapted;
  }

  private void read() {
    Matcher opening = OPENING.matcher(source);
    while (opening.find(at)) {
      String text = source.substring(at, opening.start());
      line += Adapted.breaks(source.substring(counted, opening.start()));
      counted = opening.start();
      boolean isRaw = opening.group(1) != null;
      String kind = isRaw ? "%" : opening.group(4);
      adapted.text(stripped(text, opening.group(isRaw ? 2 : 5), !kind.equals("{")));
      at = opening.end();
      lineStarts = false;
      if (isRaw) {
        raw(!opening.group(3).isEmpty());
      } else if (kind.equals("#")) {
        comment();
      } else {
        tag(kind.equals("%"));
      }
    }
    adapted.text(source.substring(at));
    tags.end();
  }

  /** Text before a tag without what the tag takes away. */
  private String stripped(String text, String sign, boolean isBlock) {
    if (sign.equals("-")) {
      return PythonStrings.strip(text, null, false, true);
    }
    int start = text.lastIndexOf('\n') + 1;
    boolean ofItsOwn = start > 0 || lineStarts;
    return isBlock
            && !sign.equals("+")
            && ofItsOwn
            && PythonStrings.strip(text.substring(start), null, true, false).isEmpty()
        ? text.substring(0, start)
        : text;
  }

  private void raw(boolean strips) {
    skipAfter(strips ? "-" : "+");
    Matcher end = END_OF_RAW.matcher(source);
    if (!end.find(at)) {
      throw RefusedException.of("nothing ends what raw begins; endraw does");
    }
    adapted.text(stripped(source.substring(at, end.start()), end.group(1), true));
    at = end.end();
    skipAfter(end.group(2));
  }

  private void comment() {
    int end = source.indexOf("#}", at);
    if (end < 0) {
      throw RefusedException.of("nothing ends a comment; #} does");
    }
    String sign = end == at ? "" : source.substring(end - 1, end);
    at = end + 2;
    skipAfter(sign);
  }

  /** What follows a block: a line break goes, all white space after -, nothing after +. */
  private void skipAfter(String sign) {
    int from = at;
    if (sign.equals("-")) {
      skipSpace();
    } else if (!sign.equals("+") && source.startsWith("\n", at)) {
      at++;
    }
    lineStarts = at > from && source.charAt(at - 1) == '\n';
  }

  private void skipSpace() {
    while (at < source.length() && PythonStrings.isSpace(source.codePointAt(at))) {
      at++;
    }
  }

  private void tag(boolean isBlock) {
    List<Lexeme> lexemes = new ArrayList<>();
    List<String> open = new ArrayList<>();
    String close = isBlock ? "%}" : "}}";
    while (true) {
      skipSpace();
      String sign = ending(close, isBlock);
      if (open.isEmpty() && sign != null) {
        at += sign.length() + 2;
        skipAfter(isBlock || sign.equals("-") ? sign : "+");
        break;
      }
      if (at >= source.length()) {
        throw RefusedException.of("nothing ends a tag; %s does", close);
      }
      Lexeme lexeme = Lexeme.at(source, at);
      at = lexeme.end();
      balance(lexeme, open);
      lexemes.add(lexeme);
    }
    lexemes.add(new Lexeme(Lexeme.Kind.END, "", null, at));
    ExpressionParser words = new ExpressionParser(lexemes);
    if (isBlock) {
      tags.read(words);
    } else {
      Expression value = words.tuple(true);
      words.end();
      write("{{", located(in -> PythonText.str(value.value(in))), "}}");
    }
  }

  /** The sign before the end of a tag, if the tag ends here. */
  private String ending(String close, boolean isBlock) {
    return source.startsWith(close, at)
        ? ""
        : source.startsWith("-" + close, at)
            ? "-"
            : isBlock && source.startsWith("+" + close, at) ? "+" : null;
  }

  private static void balance(Lexeme lexeme, List<String> open) {
    if (lexeme.kind() != Lexeme.Kind.SIGN) {
      return;
    }
    String sign = lexeme.text();
    if ("([{".contains(sign)) {
      open.add(sign);
    } else if (")]}".contains(sign)) {
      String expected = open.isEmpty() ? "" : open.remove(open.size() - 1);
      if (!Arrays.asList("()", "[]", "{}").contains(expected + sign)) {
        throw RefusedException.of("'%s' closes nothing", sign);
      }
    }
  }

  /** An expression whose refusals name the line of the tag. */
  Expression located(Expression value) {
    int where = line;
    return in -> {
      try {
        return value.value(in);
      } catch (RefusedException e) {
        throw e.at(where);
      }
    };
  }

  int line() {
    return line;
  }

  /**
   * @param part null for a tag without one
   */
  void write(String start, Object part, String end) {
    adapted.tag(start, part, end, line);
  }
}
