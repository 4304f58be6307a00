package dev.foresight.text.jinja;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is said of expressions that are refused, and when their parts are asked. */
class ExpressionParserTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "1 + | the tag ends where an expression should be",
        "* 2 | '*' is where an expression should be",
        "1 2 | '2' is where the tag should end",
        "[1 2] | '2' is where ']' should be",
        "(1 2) | '2' is where ')' should be",
        "{'a' 1} | '1' is where ':' should be",
        "{'a': 1 2} | '2' is where '}' should be",
        "[1) | ')' closes nothing",
        "1) | ')' closes nothing",
        "f(a=1, a=2) | the argument a is there twice",
        "f(a=1, 2) | an argument without a name follows one with a name",
        "f(*a) | arguments by * and ** are not known here",
        "f(**a) | arguments by * and ** are not known here",
        "a. | the end of the tag is where a name should be",
        "a.'b' | ''b'' is where a name should be",
        "`a | ` | the end of the tag is where a name should be",
        "`a | 1` | '1' is where a name should be",
        "a is | the end of the tag is where a name should be",
        "1 is odd is even | tests can't be chained by 'is'",
        "messages[1, 2] | several subscripts at once are not known here",
        "a = 1 | '=' is where the tag should end",
        "a ; b | ';' is where the tag should end",
        "a ? b | '?' has no meaning there",
        "not | the tag ends where an expression should be",
        "1 if | the tag ends where an expression should be",
      })
  void expressionThatCannotBeReadIsRefused(String expression, String message) {
    Rendered.assertRefused("{{ " + expression + " }}", "line 1: " + message);
  }

  @Test
  void partThatIsNotNeededIsNotAskedFor() {
    String no = "raise_exception('asked')";
    assertThat(Rendered.of("{{ 1 or " + no + " }}")).isEqualTo("1");
    assertThat(Rendered.of("{{ 0 and " + no + " }}")).isEqualTo("0");
    assertThat(Rendered.of("{{ 'a' if 1 else " + no + " }}")).isEqualTo("a");
    assertThat(Rendered.of("{{ " + no + " if 0 else 'b' }}")).isEqualTo("b");
    assertThat(Rendered.of("{{ 2 < 1 < " + no + " }}")).isEqualTo("False");
  }

  @Test
  void partThatIsNeededIsAskedFor() {
    String yes = "raise_exception('asked')";
    for (String expression :
        new String[] {"0 or ", "1 and ", "'a' if 0 else ", "1 < 2 < ", "1 + ", "'a' ~ ", "not "}) {
      Rendered.assertRefused("{{ " + expression + yes + " }}", "'asked'");
    }
    Rendered.assertRefused("{{ [1, " + yes + "] | first }}", "'asked'");
    Rendered.assertRefused(
        "{{ x | default(" + yes + ") if x is defined else " + yes + " }}", "'asked'");
  }

  @Test
  void whatIsNotDefinedIsRefusedWithItsName() {
    Rendered.assertRefused("{{ a.b }}", "line 1: it asks for b of 'a', which is not defined");
    Rendered.assertRefused(
        "{{ a['b'] }}", "line 1: it asks for an item of 'a', which is not defined");
    Rendered.assertRefused(
        "{{ messages[9].role }}", "line 1: it asks for role of the item 9, which is not defined");
    Rendered.assertRefused("{{ a() }}", "line 1: it calls 'a' (not defined)");
    Rendered.assertRefused("{{ messages[0]() }}", "line 1: it calls a dict");
    Rendered.assertRefused(
        "{{ a < 1 }}", "line 1: 'a' (not defined) and a whole number have no order");
    Rendered.assertRefused(
        "{{ a + 1 }}",
        "line 1: 'a' (not defined) + a whole number is not known here; '~' joins any values as text");
  }
}
