package dev.foresight.text.python;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PythonGlobalsTest {
  private static Object call(String name, List<Object> positional, Map<String, Object> named) {
    return PythonAccess.call(PythonGlobals.ALL.get(name), new Arguments(positional, named));
  }

  /** The date of the day would make other tokens of the same text tomorrow. */
  @Test
  void dateOfTheDayIsNotThere() {
    assertThat(PythonGlobals.ALL).doesNotContainKey("strftime_now");
  }

  @Test
  void dictIsMadeOfAnotherAndOfNames() {
    assertThat(call("dict", List.of(Map.of("a", 1L)), Map.of("b", 2L)))
        .isEqualTo(Map.of("a", 1L, "b", 2L));
    assertThat(call("dict", List.of(Map.of("a", 1L)), Map.of("a", 2L))).isEqualTo(Map.of("a", 2L));
    assertThatThrownBy(() -> call("dict", List.of(List.of()), Map.of()))
        .hasMessage("it calls dict with other than name=value or a dict");
  }

  @Test
  void namespaceIsItsOwn() {
    Map<String, Object> names = Map.of("a", 1L);
    var one = (PythonValues.Namespace) call("namespace", List.of(names), Map.of());
    var other = (PythonValues.Namespace) call("namespace", List.of(names), Map.of());
    one.attributes().put("a", 2L);
    assertThat(other.attributes()).isEqualTo(Map.of("a", 1L));
    assertThat(PythonAccess.attribute(one, "a")).isEqualTo(2L);
  }

  /** transformers 5.24.0 refuses them. */
  @Test
  void nameOfANamespaceMayNotBeginWithAnUnderscore() {
    assertThatThrownBy(() -> call("namespace", List.of(), Map.of("_x", 1L)))
        .isInstanceOf(RefusedException.class)
        .hasMessage("the name _x of a namespace begins with an underscore");
    assertThat(call("dict", List.of(), Map.of("_x", 1L))).isEqualTo(Map.of("_x", 1L));
  }

  @Test
  void rangeTakesOneToThreeWholeNumbers() {
    assertThat(call("range", List.of(3L), Map.of())).isEqualTo(new PythonValues.Range(0, 3, 1));
    assertThat(call("range", List.of(1L, 3L), Map.of())).isEqualTo(new PythonValues.Range(1, 3, 1));
    assertThat(call("range", List.of(9L, 1L, -2L), Map.of()))
        .isEqualTo(new PythonValues.Range(9, 1, -2));
    assertThatThrownBy(() -> call("range", List.of(1.0), Map.of()))
        .hasMessage("it calls range with a fraction");
    assertThatThrownBy(() -> call("range", List.of(), Map.of()))
        .hasMessage("it calls range with 0 arguments");
    assertThatThrownBy(() -> call("range", List.of(1L, 2L, 3L, 4L), Map.of()))
        .hasMessage("it calls range with 4 arguments");
  }

  @Test
  void exceptionSaysWhatTheTemplateSays() {
    assertThatThrownBy(() -> call("raise_exception", List.of("Roles must alternate"), Map.of()))
        .isInstanceOf(RefusedException.class)
        .hasMessage("'Roles must alternate'");
    assertThatThrownBy(() -> call("raise_exception", List.of(), Map.of("message", "no")))
        .hasMessage("'no'");
    assertThatThrownBy(() -> call("raise_exception", List.of(), Map.of()))
        .hasMessage("it calls raise_exception without an argument that it needs");
  }

  @ParameterizedTest
  @ValueSource(strings = {"lipsum", "cycler", "joiner", "self"})
  void functionThatIsNotKnownIsThereAndRefusedWhereItIsCalled(String name) {
    assertThatThrownBy(() -> call(name, List.of(), Map.of()))
        .hasMessage("it calls " + name + ", which is not known here");
  }

  @Test
  void whatIsNoFunctionIsNotCalled() {
    assertThatThrownBy(() -> PythonAccess.call("a", new Arguments(List.of(), Map.of())))
        .hasMessage("it calls text");
    assertThatThrownBy(() -> PythonAccess.call(null, new Arguments(List.of(), Map.of())))
        .hasMessage("it calls none");
  }
}
