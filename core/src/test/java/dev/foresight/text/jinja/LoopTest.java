package dev.foresight.text.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foresight.text.python.Arguments;
import dev.foresight.text.python.PythonValues;
import dev.foresight.text.python.RefusedException;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** As jinja2.runtime.LoopContext of Jinja2 3.1.6. */
class LoopTest {
  private int taken;

  /** A loop over letters that counts how many it took. */
  private Loop over(String letters, boolean withLength) {
    List<Object> items = PythonValues.items(letters);
    Iterator<Object> all = items.iterator();
    return new Loop(
        new Iterator<>() {
          @Override
          public boolean hasNext() {
            return all.hasNext();
          }

          @Override
          public Object next() {
            taken++;
            return all.next();
          }
        },
        withLength ? (long) items.size() : null);
  }

  private static Object call(Loop loop, String name, Object... values) {
    return ((PythonValues.Function) loop.attribute(name))
        .call(new Arguments(List.of(values), Map.of()));
  }

  @Test
  void firstRoundKnowsWhereItIs() {
    Loop loop = over("abc", true);
    assertThat(loop.next()).isEqualTo("a");
    assertThat(loop.attribute("index")).isEqualTo(1L);
    assertThat(loop.attribute("index0")).isEqualTo(0L);
    assertThat(loop.attribute("revindex")).isEqualTo(3L);
    assertThat(loop.attribute("revindex0")).isEqualTo(2L);
    assertThat(loop.attribute("first")).isEqualTo(true);
    assertThat(loop.attribute("last")).isEqualTo(false);
    assertThat(loop.attribute("previtem")).isInstanceOf(PythonValues.Undefined.class);
    assertThat(loop.attribute("nextitem")).isEqualTo("b");
  }

  @Test
  void lastRoundHasNoNextItem() {
    Loop loop = over("ab", true);
    loop.next();
    loop.next();
    assertThat(loop.attribute("first")).isEqualTo(false);
    assertThat(loop.attribute("last")).isEqualTo(true);
    assertThat(loop.attribute("previtem")).isEqualTo("a");
    assertThat(loop.attribute("nextitem")).isInstanceOf(PythonValues.Undefined.class);
    assertThat(loop.hasNext()).isFalse();
  }

  /** A filter may depend on what a round changes: no item is asked for before its time. */
  @Test
  void nothingIsTakenBeforeItIsAskedFor() {
    Loop loop = over("abc", true);
    loop.next();
    assertThat(loop.attribute("index")).isEqualTo(1L);
    assertThat(loop.attribute("length")).isEqualTo(3L);
    assertThat(taken).isEqualTo(1);
    assertThat(loop.attribute("last")).isEqualTo(false);
    assertThat(taken).isEqualTo(2);
    assertThat(loop.attribute("nextitem")).isEqualTo("b");
    assertThat(taken).isEqualTo(2);
    assertThat(loop.next()).isEqualTo("b");
    assertThat(taken).isEqualTo(2);
  }

  @Test
  void lengthOfAGeneratorTakesAllAndLosesNone() {
    Loop loop = over("abcd", false);
    loop.next();
    assertThat(loop.attribute("nextitem")).isEqualTo("b");
    assertThat(loop.attribute("length")).isEqualTo(4L);
    assertThat(taken).isEqualTo(4);
    assertThat(loop.attribute("revindex")).isEqualTo(4L);
    assertThat(List.of(loop.next(), loop.next(), loop.next())).containsExactly("b", "c", "d");
    assertThat(loop.hasNext()).isFalse();
    assertThat(loop.attribute("length")).isEqualTo(4L);
  }

  @Test
  void cycleGoesRoundItsValues() {
    Loop loop = over("abc", true);
    loop.next();
    assertThat(call(loop, "cycle", "x", "y")).isEqualTo("x");
    loop.next();
    assertThat(call(loop, "cycle", "x", "y")).isEqualTo("y");
    loop.next();
    assertThat(call(loop, "cycle", "x", "y")).isEqualTo("x");
    assertThatThrownBy(() -> call(loop, "cycle"))
        .isInstanceOf(RefusedException.class)
        .hasMessage("it calls cycle of a loop without values");
  }

  @Test
  void valueHasChangedIfItIsUnequalForPython() {
    Loop loop = over("abc", true);
    assertThat(call(loop, "changed", 1L)).isEqualTo(true);
    assertThat(call(loop, "changed", 1.0)).isEqualTo(false);
    assertThat(call(loop, "changed", "1")).isEqualTo(true);
    assertThat(call(loop, "changed", "1", 2L)).isEqualTo(true);
    assertThat(call(loop, "changed", "1", 2L)).isEqualTo(false);
  }

  @Test
  void loopHasNothingElse() {
    assertThat(over("a", true).attribute("nosuch")).isSameAs(Arguments.ABSENT);
  }
}
