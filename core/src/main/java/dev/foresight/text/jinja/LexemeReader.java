package dev.foresight.text.jinja;

import dev.foresight.text.python.RefusedException;
import java.util.List;

/** The words of a tag, one after the other. */
class LexemeReader {
  private final List<Lexeme> lexemes;
  private int at;

  LexemeReader(List<Lexeme> lexemes) {
    this.lexemes = lexemes;
  }

  Lexeme peek() {
    return lexemes.get(at);
  }

  /** The word after the next. */
  Lexeme look() {
    return lexemes.get(Math.min(at + 1, lexemes.size() - 1));
  }

  Lexeme next() {
    Lexeme lexeme = peek();
    at = Math.min(at + 1, lexemes.size() - 1);
    return lexeme;
  }

  boolean skip(String sign) {
    return peek().is(sign) && next() != null;
  }

  boolean skipName(String name) {
    return peek().isName(name) && next() != null;
  }

  void expect(String sign) {
    if (!skip(sign)) {
      throw RefusedException.of("%s is where '%s' should be", peek().described(), sign);
    }
  }

  String name() {
    if (peek().kind() != Lexeme.Kind.NAME) {
      throw RefusedException.of("%s is where a name should be", peek().described());
    }
    return next().text();
  }

  void end() {
    if (peek().kind() != Lexeme.Kind.END) {
      throw RefusedException.of("%s is where the tag should end", peek().described());
    }
  }
}
