package dev.foresight.text.python;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class PythonValuesTest {
  private static final PythonValues.Function FUNCTION = arguments -> null;

  /** {@code bool(…)} of Python 3.11 for each. */
  @Test
  void emptyAndZeroAreFalse() {
    assertThat(
            Stream.of(
                "",
                0L,
                0.0,
                -0.0,
                false,
                List.of(),
                Map.of(),
                new PythonValues.Tuple(List.of()),
                new PythonValues.Range(3, 3, 1),
                new PythonValues.Undefined("x"),
                new PythonValues.Markup(""),
                new PythonValues.View("dict_keys", List.of())))
        .noneMatch(PythonValues::isTrue);
    assertThat(PythonValues.isTrue(null)).isFalse();
  }

  @Test
  void allElseIsTrue() {
    assertThat(
            Stream.of(
                "false",
                " ",
                -1L,
                Double.NaN,
                1e-300,
                true,
                List.of(0L),
                Map.of("a", 0L),
                new PythonValues.Tuple(List.of("")),
                new PythonValues.Range(0, 1, 1),
                FUNCTION,
                PythonValues.Once.of(List.of()),
                new PythonValues.Namespace(Map.of()),
                new PythonValues.Markup("a"),
                new PythonValues.View("dict_keys", List.of(1L))))
        .allMatch(PythonValues::isTrue);
  }

  @Test
  void lengthCountsCharactersAndNotTheirHalves() {
    assertThat(PythonValues.length("a😀")).isEqualTo(2);
    assertThat(PythonValues.length(Map.of("a", 1L))).isEqualTo(1);
    assertThat(PythonValues.length(new PythonValues.Undefined("x"))).isZero();
    assertThatThrownBy(() -> PythonValues.length(1L)).hasMessage("a whole number has no length");
    assertThatThrownBy(() -> PythonValues.length(null)).hasMessage("none has no length");
    assertThatThrownBy(() -> PythonValues.length(PythonValues.Once.of(List.of())))
        .hasMessage("a generator has no length");
  }

  @Test
  void itemsOfADictAreItsKeysInTheirOrder() {
    Map<String, Object> dict = new LinkedHashMap<>();
    dict.put("b", 1L);
    dict.put("a", 2L);
    assertThat(PythonValues.items(dict)).containsExactly("b", "a");
    assertThat(PythonValues.items("a😀b")).containsExactly("a", "😀", "b");
    assertThat(PythonValues.items(new PythonValues.Undefined("x"))).isEmpty();
    assertThatThrownBy(() -> PythonValues.items(1.5))
        .hasMessage("a fraction has no items to go through");
    assertThatThrownBy(() -> PythonValues.items(null))
        .hasMessage("none has no items to go through");
  }

  @Test
  void itemsAreACopyThatMayBeChanged() {
    List<Object> items = PythonValues.items(List.of(2L, 1L));
    items.clear();
    assertThat(items).isEmpty();
  }

  @Test
  void generatorIsGoneThroughOnce() {
    PythonValues.Once once = PythonValues.Once.of(List.of(1L, 2L, 3L));
    Iterator<Object> first = PythonValues.iterate(once);
    assertThat(first.next()).isEqualTo(1L);
    assertThat(PythonValues.items(once)).containsExactly(2L, 3L);
    assertThat(PythonValues.items(once)).isEmpty();
  }

  /** {@code list(range(…))} of Python 3.11. */
  @Test
  void rangeGoesInEitherDirection() {
    assertThat(new PythonValues.Range(1, 8, 3).items()).containsExactly(1L, 4L, 7L);
    assertThat(new PythonValues.Range(5, 0, -2).items()).containsExactly(5L, 3L, 1L);
    assertThat(new PythonValues.Range(0, 5, -1).items()).isEmpty();
    assertThat(new PythonValues.Range(0, 100_000, 1).items()).hasSize(100_000);
  }

  @Test
  void rangeWithoutEndIsRefused() {
    assertThatThrownBy(() -> new PythonValues.Range(0, 1, 0))
        .hasMessage("range(0, 1, 0) has no step or is too long");
    assertThatThrownBy(() -> new PythonValues.Range(0, 100_001, 1))
        .isInstanceOf(RefusedException.class);
    assertThatThrownBy(() -> new PythonValues.Range(Long.MIN_VALUE, Long.MAX_VALUE, 1))
        .isInstanceOf(RefusedException.class);
  }

  @Test
  void valueMayBeAsLongAsAnOutputAndNoLonger() {
    PythonValues.bound(PythonValues.LONGEST);
    assertThatThrownBy(() -> PythonValues.bound(PythonValues.LONGEST + 1L))
        .hasMessage("it makes a value of 268435457 parts, too many");
  }

  /** For Python 1, 1.0 and True are one key, which for Java are three. */
  @Test
  void keyThatJavaTakesForAnotherIsRefused() {
    assertThat(PythonValues.key("a")).isEqualTo("a");
    assertThat(PythonValues.key(1L)).isEqualTo(1L);
    assertThat(PythonValues.key(null)).isNull();
    assertThatThrownBy(() -> PythonValues.key(1.0))
        .hasMessage("a fraction as a key of a dict is not known here");
    assertThatThrownBy(() -> PythonValues.key(true))
        .hasMessage("a boolean as a key of a dict is not known here");
    assertThatThrownBy(() -> PythonValues.key(List.of()))
        .hasMessage("a list as a key of a dict is not known here");
  }

  @Test
  void messagesNameValuesInPlainWords() {
    assertThat(
            Stream.of(
                    "x",
                    1L,
                    1.5,
                    true,
                    List.of(),
                    Map.of(),
                    new PythonValues.Tuple(List.of()),
                    new PythonValues.Range(0, 1, 1),
                    FUNCTION,
                    new PythonValues.Markup("x"),
                    PythonValues.Once.of(List.of()),
                    new PythonValues.Namespace(Map.of()),
                    new PythonValues.Undefined("'x'"))
                .map(PythonValues::described))
        .containsExactly(
            "text",
            "a whole number",
            "a fraction",
            "a boolean",
            "a list",
            "a dict",
            "a tuple",
            "a range",
            "a function",
            "a markup",
            "a generator",
            "a namespace",
            "'x' (not defined)");
    assertThat(PythonValues.described(null)).isEqualTo("none");
  }
}
