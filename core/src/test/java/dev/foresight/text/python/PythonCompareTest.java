package dev.foresight.text.python;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** As Python 3.11 compares. */
class PythonCompareTest {
  private static final PythonValues.Undefined MISSING = new PythonValues.Undefined("'x'");

  private static PythonValues.Tuple tuple(Object... items) {
    return new PythonValues.Tuple(Arrays.asList(items));
  }

  @Test
  void numbersOfAllKindsAreEqualByTheirValue() {
    assertThat(PythonCompare.equal(1L, 1.0)).isTrue();
    assertThat(PythonCompare.equal(true, 1L)).isTrue();
    assertThat(PythonCompare.equal(0.0, -0.0)).isTrue();
    assertThat(PythonCompare.equal(1L, "1")).isFalse();
    assertThat(PythonCompare.equal(false, null)).isFalse();
  }

  /** 2**53 + 1 is no fraction: as fractions both would be one. */
  @Test
  void numbersBeyondFiftyThreeBitsAreComparedExactly() {
    long odd = (1L << 53) + 1;
    assertThat(PythonCompare.equal(odd, 0x1p53)).isFalse();
    assertThat(PythonCompare.holds(">", odd, 0x1p53)).isTrue();
    assertThat(PythonCompare.holds("<", Long.MAX_VALUE, 0x1p63)).isTrue();
    assertThat(PythonCompare.holds("<", Long.MAX_VALUE, Double.POSITIVE_INFINITY)).isTrue();
    assertThat(PythonCompare.holds(">", Long.MIN_VALUE, Double.NEGATIVE_INFINITY)).isTrue();
  }

  @Test
  void nothingIsBeforeBehindOrEqualToNaN() {
    for (String operator : List.of("<", "<=", ">", ">=", "==")) {
      assertThat(PythonCompare.holds(operator, Double.NaN, 1L)).as(operator).isFalse();
      assertThat(PythonCompare.holds(operator, Double.NaN, Double.NaN)).as(operator).isFalse();
    }
    assertThat(PythonCompare.holds("!=", Double.NaN, Double.NaN)).isTrue();
  }

  @Test
  void listsAndTuplesAreEqualItemByItemToTheirKind() {
    assertThat(PythonCompare.equal(List.of(1L, List.of(2L)), List.of(1.0, List.of(2.0)))).isTrue();
    assertThat(PythonCompare.equal(List.of(1L), tuple(1L))).isFalse();
    assertThat(PythonCompare.equal(List.of(1L), List.of(1L, 2L))).isFalse();
    assertThat(PythonCompare.equal(tuple(1L, null), tuple(1L, null))).isTrue();
  }

  @Test
  void dictsAreEqualInWhateverOrder() {
    Map<String, Object> one = new LinkedHashMap<>(Map.of("a", 1L));
    one.put("b", null);
    Map<String, Object> other = new LinkedHashMap<>();
    other.put("b", null);
    other.put("a", 1.0);
    assertThat(PythonCompare.equal(one, other)).isTrue();
    other.put("b", 0L);
    assertThat(PythonCompare.equal(one, other)).isFalse();
  }

  @Test
  void whatIsNotDefinedEqualsOnlyItsLike() {
    assertThat(PythonCompare.equal(MISSING, new PythonValues.Undefined("'y'"))).isTrue();
    assertThat(PythonCompare.equal(MISSING, null)).isFalse();
    assertThat(PythonCompare.equal("", MISSING)).isFalse();
  }

  /** UTF-16 has the halves of characters beyond U+FFFF before U+E000. */
  @Test
  void textIsOrderedByCharacters() {
    List<Object> texts =
        new ArrayList<>(
            List.of("", "A", "Z", "a", "aa", "ab", "é", "\ue000", "\uffff", "😀", "😀a"));
    List<Object> sorted = new ArrayList<>(texts);
    Collections.shuffle(sorted, new Random(1));
    sorted.sort(PythonCompare::compare);
    assertThat(sorted).isEqualTo(texts);
  }

  @Test
  void listsAreOrderedByTheirFirstUnlikeItem() {
    assertThat(PythonCompare.holds("<", List.of(1L, 9L), List.of(2L, 0L))).isTrue();
    assertThat(PythonCompare.holds("<", List.of(1L), List.of(1L, 0L))).isTrue();
    assertThat(PythonCompare.holds("<=", tuple(1L, "a"), tuple(1.0, "a"))).isTrue();
    assertThat(PythonCompare.holds(">", tuple("b"), tuple("a", "z"))).isTrue();
    // unlike kinds have no order, but only where it comes to them
    assertThat(PythonCompare.holds("<", List.of(1L, "a"), List.of(2L, 1L))).isTrue();
    assertThatThrownBy(() -> PythonCompare.holds("<", List.of(1L, "a"), List.of(1L, 1L)))
        .hasMessage("text and a whole number have no order");
  }

  @Test
  void valuesWithoutAnOrderAreRefused() {
    assertThatThrownBy(() -> PythonCompare.holds("<", 1L, "a"))
        .isInstanceOf(RefusedException.class)
        .hasMessage("a whole number and text have no order");
    assertThatThrownBy(() -> PythonCompare.holds("<", null, null))
        .hasMessage("none and none have no order");
    assertThatThrownBy(() -> PythonCompare.holds(">=", Map.of(), Map.of()))
        .hasMessage("a dict and a dict have no order");
    assertThatThrownBy(() -> PythonCompare.holds("<", List.of(), tuple()))
        .hasMessage("a list and a tuple have no order");
  }

  @Test
  void partIsFoundInEveryKindOfWhole() {
    assertThat(PythonCompare.holds("in", "bc", "abcd")).isTrue();
    assertThat(PythonCompare.holds("in", "", "")).isTrue();
    assertThat(PythonCompare.holds("in", 1.0, List.of(0L, 1L))).isTrue();
    assertThat(PythonCompare.holds("in", "a", Map.of("a", 1L))).isTrue();
    assertThat(PythonCompare.holds("not in", 1L, tuple(2L))).isTrue();
    assertThat(PythonCompare.holds("in", 3L, new PythonValues.Range(1, 9, 2))).isTrue();
    assertThat(PythonCompare.holds("in", 1L, MISSING)).isFalse();
  }

  @Test
  void whereNothingCanBeInIsRefused() {
    assertThatThrownBy(() -> PythonCompare.holds("in", 1L, "1"))
        .hasMessage("a whole number can't be in text");
    assertThatThrownBy(() -> PythonCompare.holds("in", "a", 1L))
        .hasMessage("a whole number has no items to go through");
    assertThatThrownBy(() -> PythonCompare.holds("in", "a", null))
        .hasMessage("none has no items to go through");
  }

  @Test
  void equalityThatIsNotKnownIsRefused() {
    PythonValues.Range range = new PythonValues.Range(0, 1, 1);
    assertThatThrownBy(() -> PythonCompare.equal(range, range))
        .hasMessage("whether a range equals a range is not known here");
    assertThatThrownBy(() -> PythonCompare.equal(1L, new PythonValues.Markup("1")))
        .hasMessage("whether a whole number equals a markup is not known here");
  }
}
