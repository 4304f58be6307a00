package dev.foresight.text.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foresight.text.jinja.Lexeme.Kind;
import dev.foresight.text.python.RefusedException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Words as Jinja2 3.1.6 cuts them: {@code Environment().lexer.tokenize}. */
class LexemeTest {
  private static List<String> words(String source) {
    List<String> words = new ArrayList<>();
    for (int at = 0; at < source.length(); ) {
      Lexeme word = Lexeme.at(source, at);
      words.add(word.kind() + " " + word.text());
      at = word.end();
    }
    return words;
  }

  @Test
  void longestSignIsTaken() {
    assertThat(words("**//==<=>=!=*/=<>"))
        .containsExactly(
            "SIGN **", "SIGN //", "SIGN ==", "SIGN <=", "SIGN >=", "SIGN !=", "SIGN *", "SIGN /",
            "SIGN =", "SIGN <", "SIGN >");
  }

  @Test
  void dotBetweenDigitsIsAFractionAndElseASign() {
    assertThat(words("1.5")).containsExactly("NUMBER 1.5");
    assertThat(words("1.a")).containsExactly("NUMBER 1", "SIGN .", "NAME a");
    assertThat(words("a.1.5"))
        .containsExactly("NAME a", "SIGN .", "NUMBER 1", "SIGN .", "NUMBER 5");
    assertThat(words("1e5")).containsExactly("NUMBER 1e5");
    assertThat(words("1.e5")).containsExactly("NUMBER 1", "SIGN .", "NAME e5");
    assertThat(words("12abc")).containsExactly("NUMBER 12", "NAME abc");
    assertThat(words("007")).containsExactly("NUMBER 00", "NUMBER 7");
  }

  @Test
  void numbersHaveTheirValue() {
    assertThat(Lexeme.at("0x_Ff", 0).value()).isEqualTo(255L);
    assertThat(Lexeme.at("0b101", 0).value()).isEqualTo(5L);
    assertThat(Lexeme.at("0O17", 0).value()).isEqualTo(15L);
    assertThat(Lexeme.at("1_000", 0).value()).isEqualTo(1000L);
    assertThat(Lexeme.at("9223372036854775807", 0).value()).isEqualTo(Long.MAX_VALUE);
    assertThat(Lexeme.at("2.5e-1", 0).value()).isEqualTo(0.25);
    assertThat(Lexeme.at("1e400", 0).value()).isEqualTo(Double.POSITIVE_INFINITY);
  }

  @Test
  void namesMayBeOfAnyScript() {
    assertThat(words("größe_2")).containsExactly("NAME größe_2");
    assertThat(words("名前")).containsExactly("NAME 名前");
    assertThat(words("_a")).containsExactly("NAME _a");
  }

  @Test
  void quotedTextEndsAtItsOwnQuote() {
    assertThat(Lexeme.at("'a\"b' 'c'", 0).value()).isEqualTo("a\"b");
    assertThat(Lexeme.at("\"it's\"", 0).value()).isEqualTo("it's");
    assertThat(Lexeme.at("'it\\'s'", 0)).isEqualTo(new Lexeme(Kind.TEXT, "'it\\'s'", "it's", 7));
    assertThat(Lexeme.at("'a\nb'", 0).value()).isEqualTo("a\nb");
  }

  /** {@code '…'.encode('ascii', 'backslashreplace').decode('unicode-escape')}. */
  @Test
  void escapesAreThoseOfPython() {
    assertThat(Lexeme.at("'\\a\\b\\f\\n\\r\\t\\v\\\\'", 0).value())
        .isEqualTo("\u0007\b\f\n\r\t\u000b\\");
    assertThat(Lexeme.at("'\\x41\\u00e9\\U0001f600'", 0).value()).isEqualTo("Aé😀");
    assertThat(Lexeme.at("'\\0\\12\\1018'", 0).value()).isEqualTo("\0\nA8");
    assertThat(Lexeme.at("'a\\\nb'", 0).value()).isEqualTo("ab");
    assertThat(Lexeme.at("'\\q\\d'", 0).value()).isEqualTo("\\q\\d");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "'\\x4'          | the escape in \\x4 lacks digits",
        "'\\u12'         | the escape in \\u12 lacks digits",
        "'\\x-1'         | the escape in \\x-1 lacks digits",
        "'\\U00110000'   | the escape in \\U00110000 is no character",
        "'\\ud800'       | the escape in \\ud800 is no character",
        "'\\N{BULLET}'   | the escape \\N in \\N{BULLET} is not known here",
        "'\\é'           | the escape \\é in \\é is not known here",
        "'a              | ''' has no meaning there",
        "?               | '?' has no meaning there",
        "😀              | '😀' has no meaning there",
        "9223372036854775808 | the number 9223372036854775808 is beyond 64 bits",
        "0xffffffffffffffff  | the number 0xffffffffffffffff is beyond 64 bits",
      })
  void whatIsNoWordIsRefused(String source, String message) {
    assertThatThrownBy(() -> Lexeme.at(source, 0))
        .isInstanceOf(RefusedException.class)
        .hasMessage(message);
  }

  /** A regular expression that goes back would need a stack as deep as the text is long. */
  @Test
  void longTextIsOneWord() {
    String text = "x\\n".repeat(300_000);
    assertThat((String) Lexeme.at("'" + text + "'", 0).value()).hasSize(600_000);
  }

  @Test
  void messagesNameAWordAsItIsWritten() {
    assertThat(Lexeme.at("'a' b", 0).described()).isEqualTo("''a''");
    assertThat(Lexeme.at("==", 0).described()).isEqualTo("'=='");
    assertThat(new Lexeme(Kind.END, "", null, 0).described()).isEqualTo("the end of the tag");
  }
}
