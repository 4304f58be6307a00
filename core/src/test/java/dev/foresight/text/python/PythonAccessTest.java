package dev.foresight.text.python;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** As {@code getattr} and {@code getitem} of Jinja2 3.1.6's ImmutableSandboxedEnvironment. */
class PythonAccessTest {
  private static final Arguments NONE = new Arguments(List.of(), Map.of());

  private static Object call(Object of, String method, Object... values) {
    return PythonAccess.call(
        PythonAccess.attribute(of, method), new Arguments(Arrays.asList(values), Map.of()));
  }

  @Test
  void keyIsFoundByEitherWay() {
    Map<String, Object> dict = Map.of("role", "user");
    assertThat(PythonAccess.attribute(dict, "role")).isEqualTo("user");
    assertThat(PythonAccess.item(dict, "role")).isEqualTo("user");
    assertThat(PythonAccess.attribute(dict, "name")).isInstanceOf(PythonValues.Undefined.class);
    assertThat(PythonAccess.item(dict, "name")).isInstanceOf(PythonValues.Undefined.class);
  }

  @Test
  void dotFindsTheMethodFirstAndBracketsTheKey() {
    Map<String, Object> dict = Map.of("items", 1L);
    assertThat(PythonAccess.attribute(dict, "items")).isInstanceOf(PythonValues.Function.class);
    assertThat(PythonAccess.item(dict, "items")).isEqualTo(1L);
    assertThat(PythonAccess.item(Map.of(), "items")).isInstanceOf(PythonValues.Function.class);
  }

  @Test
  void keyWithTheValueNoneIsThere() {
    Map<String, Object> dict = Collections.singletonMap("a", null);
    assertThat(PythonAccess.item(dict, "a")).isNull();
    assertThat(call(dict, "get", "a", 1L)).isNull();
    assertThat(call(dict, "get", "b")).isNull();
    assertThat(call(dict, "get", "b", 1L)).isEqualTo(1L);
  }

  @Test
  void dictIsSeenThroughViewsInItsOrder() {
    Map<String, Object> dict = new LinkedHashMap<>();
    dict.put("b", 1L);
    dict.put("a", null);
    assertThat(PythonText.str(call(dict, "items")))
        .isEqualTo("dict_items([('b', 1), ('a', None)])");
    assertThat(PythonText.str(call(dict, "keys"))).isEqualTo("dict_keys(['b', 'a'])");
    assertThat(PythonText.str(call(dict, "values"))).isEqualTo("dict_values([1, None])");
  }

  /** Which would leave traces in the messages of the next conversation. */
  @ParameterizedTest
  @ValueSource(
      strings = {"append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort"})
  void methodThatChangesAListIsNotDefined(String method) {
    assertThat(PythonAccess.attribute(List.of(1L), method))
        .isEqualTo(new PythonValues.Undefined("the changing method " + method));
    assertThatThrownBy(() -> call(List.of(1L), method))
        .hasMessage("it calls the changing method " + method + " (not defined)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"clear", "pop", "popitem", "setdefault", "update"})
  void methodThatChangesADictIsNotDefined(String method) {
    assertThatThrownBy(() -> call(Map.of(), method))
        .isInstanceOf(RefusedException.class)
        .hasMessage("it calls the changing method " + method + " (not defined)");
  }

  @Test
  void insidesOfPythonAreRefused() {
    for (Object of :
        new Object[] {"a", 1L, List.of(), Map.of(), new PythonValues.Namespace(Map.of())}) {
      assertThatThrownBy(() -> PythonAccess.attribute(of, "__class__"))
          .hasMessage("it asks for __class__, which templates may not");
      assertThatThrownBy(() -> PythonAccess.item(of, "__class__"))
          .hasMessage("it asks for __class__, which templates may not");
    }
  }

  @Test
  void methodThatPythonHasAndIsNotKnownHereIsThereUntilItIsCalled() {
    assertThat(PythonTests.holds("defined", PythonAccess.attribute(1L, "bit_length"), NONE))
        .isTrue();
    assertThatThrownBy(() -> call(1L, "bit_length"))
        .hasMessage("it calls bit_length of a whole number, which is not known here");
    assertThatThrownBy(() -> call(List.of(1L), "index", 1L))
        .hasMessage("it calls index of a list, which is not known here");
    assertThatThrownBy(() -> call(Map.of(), "copy"))
        .hasMessage("it calls copy of a dict, which is not known here");
  }

  @Test
  void whatIsNotDefinedHasNoParts() {
    PythonValues.Undefined missing = new PythonValues.Undefined("'x'");
    assertThatThrownBy(() -> PythonAccess.attribute(missing, "y"))
        .hasMessage("it asks for y of 'x', which is not defined");
    assertThatThrownBy(() -> PythonAccess.item(missing, 0L))
        .hasMessage("it asks for an item of 'x', which is not defined");
    assertThat(PythonAccess.attribute(null, "y")).isInstanceOf(PythonValues.Undefined.class);
  }

  @Test
  void itemsAreCountedFromEitherEnd() {
    List<Object> list = List.of("a", "b", "c");
    assertThat(PythonAccess.item(list, 0L)).isEqualTo("a");
    assertThat(PythonAccess.item(list, -1L)).isEqualTo("c");
    assertThat(PythonAccess.item(list, true)).isEqualTo("b");
    assertThat(PythonAccess.item("a😀", -1L)).isEqualTo("😀");
    assertThat(PythonAccess.item(new PythonValues.Range(5, 9, 2), 1L)).isEqualTo(7L);
    for (Object beyond : new Object[] {3L, -4L, "0", 1.0, null, Long.MIN_VALUE}) {
      assertThat(PythonAccess.item(list, beyond)).isInstanceOf(PythonValues.Undefined.class);
    }
  }

  @Test
  void objectOfAnEngineIsAskedForItsAttributes() {
    PythonValues.Attributed object = name -> name.equals("a") ? 1L : Arguments.ABSENT;
    assertThat(PythonAccess.attribute(object, "a")).isEqualTo(1L);
    assertThat(PythonAccess.item(object, "a")).isEqualTo(1L);
    assertThat(PythonAccess.attribute(object, "b")).isInstanceOf(PythonValues.Undefined.class);
  }

  @Test
  void equalItemsAreCounted() {
    assertThat(call(List.of(1L, 1.0, true, "1"), "count", 1L)).isEqualTo(3L);
    assertThat(call(new PythonValues.Tuple(List.of("a")), "count", "b")).isEqualTo(0L);
  }
}
