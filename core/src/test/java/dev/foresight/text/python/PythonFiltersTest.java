package dev.foresight.text.python;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** As the filters of Jinja2 3.1.6 do; what each gives for many values is TemplateGoldenTest's. */
class PythonFiltersTest {
  private static final List<Object> PEOPLE =
      List.of(
          Map.of("name", "b", "age", 1L), Map.of("name", "B", "age", 2L),
          Map.of("name", "a", "age", 3L), Map.of("name", "A", "age", 4L));

  private static Object apply(String filter, Object value, Object... arguments) {
    return PythonFilters.apply(filter, value, new Arguments(Arrays.asList(arguments), Map.of()));
  }

  private static Object named(String filter, Object value, Map<String, Object> arguments) {
    return PythonFilters.apply(filter, value, new Arguments(List.of(), arguments));
  }

  private static List<Object> ages(Object people) {
    return PythonValues.items(named("map", people, Map.of("attribute", "age")));
  }

  @Test
  void equalItemsKeepTheirOrderAlsoWhenTheOrderIsTurned() {
    assertThat(ages(named("sort", PEOPLE, Map.of("attribute", "name"))))
        .containsExactly(3L, 4L, 1L, 2L);
    assertThat(ages(named("sort", PEOPLE, Map.of("attribute", "name", "reverse", true))))
        .containsExactly(1L, 2L, 3L, 4L);
    assertThat(ages(named("sort", PEOPLE, Map.of("attribute", "name", "case_sensitive", true))))
        .containsExactly(4L, 2L, 3L, 1L);
  }

  @Test
  void filterLeavesItsValueAsItWas() {
    List<Object> items = Arrays.asList(3L, 1L, 2L);
    apply("sort", items);
    apply("reverse", items);
    apply("list", items);
    assertThat(items).containsExactly(3L, 1L, 2L);
  }

  @Test
  void chosenItemsAreAGenerator() {
    Object odd = apply("select", List.of(1L, 2L, 3L), "odd");
    assertThat(PythonValues.items(odd)).containsExactly(1L, 3L);
    assertThat(PythonValues.items(odd)).isEmpty();
    assertThatThrownBy(() -> apply("length", apply("map", List.of("a"), "upper")))
        .hasMessage("a generator has no length");
    assertThatThrownBy(() -> apply("last", apply("map", List.of("a"), "upper")))
        .hasMessage("the filter last of a generator; the filter list makes it a list");
  }

  @Test
  void itemsAreChosenByATestOfAnAttribute() {
    assertThat(ages(apply("selectattr", PEOPLE, "age", "gt", 2L))).containsExactly(3L, 4L);
    assertThat(ages(apply("rejectattr", PEOPLE, "name", "in", List.of("a", "b"))))
        .containsExactly(2L, 4L);
    assertThat(ages(apply("selectattr", PEOPLE, "nosuch"))).isEmpty();
    assertThat(ages(apply("rejectattr", PEOPLE, "nosuch", "defined"))).hasSize(4);
  }

  @Test
  void attributeIsAPathOfNamesAndNumbers() {
    List<Object> items = List.of(Map.of("a", List.of(Map.of("b", 5L))));
    assertThat(PythonValues.items(named("map", items, Map.of("attribute", "a.0.b"))))
        .containsExactly(5L);
    assertThat(PythonValues.items(named("map", List.of(List.of(7L)), Map.of("attribute", 0L))))
        .containsExactly(7L);
    assertThatThrownBy(() -> named("map", items, Map.of("attribute", "a,b")))
        .hasMessage("an attribute by text");
    assertThatThrownBy(() -> named("map", items, Map.of("attribute", "x.y")))
        .hasMessage("it asks for an item of the item x, which is not defined");
  }

  @Test
  void missingAttributeIsTheDefault() {
    List<Object> items = List.of(Map.of("a", 1L), Map.of());
    assertThat(PythonValues.items(named("map", items, Map.of("attribute", "a", "default", 0L))))
        .containsExactly(1L, 0L);
  }

  @Test
  void filterThatIsNamedToMapIsHeldToItsArguments() {
    assertThat(PythonValues.items(apply("map", List.of("a-b"), "replace", "-", "+")))
        .containsExactly("a+b");
    assertThatThrownBy(() -> apply("map", List.of("a"), "nosuch"))
        .hasMessage("it uses the filter nosuch, which is not known here");
    assertThatThrownBy(() -> apply("map", List.of("a")))
        .hasMessage("the filter map lacks an argument");
    assertThatThrownBy(() -> named("map", PEOPLE, Map.of("attribute", "age", "x", 1L)))
        .hasMessage("it calls the filter map with 1 arguments [x], which is not known here");
  }

  @Test
  void argumentThatAFilterDoesNotKnowIsRefused() {
    assertThatThrownBy(() -> apply("upper", "a", 1L))
        .hasMessage("it calls the filter upper with 1 arguments, which is not known here");
    assertThatThrownBy(() -> named("default", "a", Map.of("x", 1L)))
        .hasMessage("it calls the filter default with 1 arguments [x], which is not known here");
    assertThatThrownBy(() -> apply("replace", "a", "b"))
        .hasMessage("it calls the filter replace without an argument that it needs");
    assertThatThrownBy(() -> apply("replace", "a", "b", "c", "d"))
        .hasMessage("the filter replace with text");
    assertThatThrownBy(() -> apply("trim", "a", 1L))
        .hasMessage("the filter trim with a whole number");
    assertThatThrownBy(() -> apply("round", 1.5, "x")).hasMessage("the filter round with text");
    assertThatThrownBy(() -> apply("selectattr", PEOPLE))
        .hasMessage("the filters selectattr and rejectattr need an attribute");
  }

  @Test
  void valueThatAFilterCannotTakeIsRefused() {
    assertThatThrownBy(() -> apply("abs", "a")).hasMessage("the filter abs of text");
    assertThatThrownBy(() -> apply("items", List.of())).hasMessage("the items of a list");
    assertThatThrownBy(() -> apply("dictsort", List.of()))
        .hasMessage("the filter dictsort of a list");
    assertThatThrownBy(() -> apply("sort", List.of(1L, "a")))
        .hasMessage("text and a whole number have no order");
    assertThatThrownBy(() -> apply("sort", List.of(1L, Double.NaN)))
        .hasMessage("it sorts values without an order");
    assertThatThrownBy(() -> apply("upper", new PythonValues.Markup("a")))
        .hasMessage("the filter upper behind the filter safe is not known here");
  }

  @Test
  void caseOfACharacterThatThisJavaDoesNotKnowIsNotGuessed() {
    assertThatThrownBy(() -> apply("upper", "a\u0378"))
        .hasMessage("it changes the case of U+0378, which this Java does not know");
    assertThat(apply("upper", "straße ŉ")).isEqualTo("STRASSE ʼN");
    assertThat(apply("lower", "ΑΣ ΑΣΑ İ")).isEqualTo("ας ασα i̇");
  }

  @Test
  void testThatIsNotKnownIsRefusedOnlyWhereThereAreItems() {
    assertThat(PythonValues.items(apply("select", List.of(), "nosuch"))).isEmpty();
    assertThatThrownBy(() -> apply("select", List.of(1L), "nosuch"))
        .hasMessage("it uses the test nosuch, which is not known here");
    assertThatThrownBy(() -> apply("select", List.of(1L), "sameas", 1L))
        .hasMessage("the test sameas with a whole number is not known here");
  }
}
