package dev.foresight.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foresight.InputException;
import java.util.List;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys of a config.json: what can't be used is refused by file, key and value. */
class ConfigObjectTest {
  private static ConfigObject with(String key, String value) {
    return ConfigObject.parse("{\"" + key + "\": " + value + "}", "m/config.json");
  }

  private static void assertRefused(ThrowingCallable call, String message) {
    assertThatThrownBy(call).isInstanceOf(InputException.class).hasMessage(message);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-1", "1.5", "1.0", "\"7\"", "true", "[1]", "3000000000", "1e3"})
  void numberOfThingsIsAPositiveIntegerWrittenAsOne(String value) {
    ConfigObject config = with("n", value);
    assertThatThrownBy(() -> config.positive("n"))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith("m/config.json: \"n\" is ")
        .hasMessageEndingWith(", but must be a positive integer.");
    assertThat(with("n", "7").positive("n")).isEqualTo(7);
  }

  @Test
  void keyThatIsNotThereOrNullIsMissing() {
    String missing =
        "m/config.json lacks the key \"n\": add it, or take a config.json that transformers wrote.";
    for (ConfigObject config : List.of(with("n", "null"), with("m", "1"))) {
      assertThat(config.has("n")).isFalse();
      assertRefused(() -> config.positive("n"), missing);
      assertRefused(() -> config.text("n"), missing);
      assertRefused(() -> config.positiveNumber("n"), missing);
      assertRefused(() -> config.requiredObject("n"), missing);
      assertThat(config.positive("n", 5)).isEqualTo(5);
      assertThat(config.positiveNumber("n", 0.5)).isEqualTo(0.5);
      assertThat(config.flag("n", true)).isTrue();
      assertThat(config.object("n")).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-0.5", "\"1\"", "1e999", "false", "{}"})
  void measureIsAPositiveFiniteNumber(String value) {
    ConfigObject config = with("x", value);
    assertThatThrownBy(() -> config.positiveNumber("x"))
        .isInstanceOf(InputException.class)
        .hasMessageEndingWith("but must be a positive number.");
    assertThat(with("x", "1e-6").positiveNumber("x")).isEqualTo(1e-6);
    assertThat(with("x", "3").positiveNumber("x")).isEqualTo(3);
  }

  @Test
  void countMayBeZeroAndNoLess() {
    assertThat(with("n", "0").count("n")).isZero();
    assertRefused(
        () -> with("n", "-1").count("n"),
        "m/config.json: \"n\" is -1, but must be an integer that is not negative.");
  }

  @Test
  void sizeBeyondAnyModelIsRefusedBeforeItIsUsed() {
    assertThat(with("n", "8").positiveUpTo("n", 8)).isEqualTo(8);
    assertRefused(
        () -> with("n", "9").positiveUpTo("n", 8),
        "m/config.json: \"n\" is 9, but must be at most 8: no model is as large.");
  }

  @ParameterizedTest
  @ValueSource(strings = {"[1]", "[1, 2, 3]", "[1, 0]", "[1, -2]", "[1, \"2\"]", "1", "[1, 1e999]"})
  void listOfFactorsIsWholeAndPositive(String value) {
    ConfigObject config = with("factors", value);
    assertThatThrownBy(() -> config.positiveNumbers("factors", 2))
        .isInstanceOf(InputException.class)
        .hasMessageEndingWith("but must be a list of 2 positive numbers.");
    assertThat(with("factors", "[1, 2.5]").positiveNumbers("factors", 2)).containsExactly(1.0, 2.5);
  }

  @Test
  void textFlagAndObjectAreOfTheirOwnTypes() {
    assertRefused(
        () -> with("s", "1").text("s"), "m/config.json: \"s\" is 1, but must be a string.");
    assertRefused(
        () -> with("f", "\"true\"").flag("f", false),
        "m/config.json: \"f\" is \"true\", but must be true or false.");
    assertRefused(
        () -> with("o", "[]").object("o"),
        "m/config.json: \"o\" is [], but must be an object or null.");
    assertRefused(
        () -> with("t", "{}").texts("t"),
        "m/config.json: \"t\" is {}, but must be a list of strings.");
    assertThat(with("t", "[\"a\", \"b\"]").texts("t")).containsExactly("a", "b");
  }

  @Test
  void messagesOfAnInnerObjectNameItsPath() {
    ConfigObject inner = with("rope", "{\"factor\": 0}").requiredObject("rope");
    assertRefused(
        () -> inner.positiveNumber("factor"),
        "m/config.json, rope: \"factor\" is 0, but must be a positive number.");
  }

  @Test
  void keyThatNobodyReadsIsRefusedWithTheKnownOnes() {
    ConfigObject config = with("facter", "2");
    assertRefused(
        () -> config.allowOnly(Set.of("type", "factor")),
        "m/config.json has the key \"facter\" with value 2, which Foresight does not know: known are [factor, type].");
    config.allowOnly(Set.of("facter"));
  }

  /** What the file says counts, null too: a family's default is for keys that are left out. */
  @Test
  void defaultsStandWhereTheFileSaysNothing() {
    ConfigObject over = with("a", "1").over("{\"a\": 5, \"b\": 6}");
    assertThat(over.positive("a")).isEqualTo(1);
    assertThat(over.positive("b")).isEqualTo(6);
    assertThat(with("b", "null").over("{\"b\": 6}").has("b")).isFalse();
    assertThat(over.where()).isEqualTo("m/config.json");
  }
}
