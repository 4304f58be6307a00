package dev.foresight.text.python;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ArgumentsTest {
  private static Arguments given(List<Object> positional, Map<String, Object> named) {
    return new Arguments(positional, named);
  }

  @Test
  void argumentsAreTakenByPlaceAndByName() {
    assertThat(given(List.of(1L), Map.of("c", 3L)).in("f", "a", "b", "c"))
        .containsExactly(1L, Arguments.ABSENT, 3L);
    assertThat(given(List.of(), Map.of()).in("f", "a")).containsExactly(Arguments.ABSENT);
  }

  @Test
  void noneThatIsGivenIsNotAbsent() {
    List<Object> none = Arrays.asList((Object) null);
    assertThat(given(none, Map.of()).in("f", "a")).containsExactly((Object) null);
    assertThat(Arguments.or(null, 1L)).isNull();
    assertThat(Arguments.or(Arguments.ABSENT, 1L)).isEqualTo(1L);
    assertThat(given(none, Map.of()).one("f")).isNull();
  }

  @Test
  void argumentTooManyIsRefused() {
    assertThatThrownBy(() -> given(List.of(1L, 2L), Map.of()).in("f", "a"))
        .isInstanceOf(RefusedException.class)
        .hasMessage("it calls f with 2 arguments, which is not known here");
    assertThatThrownBy(() -> given(List.of(1L), Map.of()).none("f"))
        .hasMessage("it calls f with 1 arguments, which is not known here");
  }

  @Test
  void nameThatIsNotKnownOrGivenTwiceIsRefused() {
    assertThatThrownBy(() -> given(List.of(), Map.of("z", 1L)).in("f", "a"))
        .hasMessage("it calls f with 1 arguments [z], which is not known here");
    assertThatThrownBy(() -> given(List.of(1L), Map.of("a", 1L)).in("f", "a"))
        .hasMessage("it calls f with 2 arguments [a], which is not known here");
  }

  @Test
  void argumentThatIsNeededIsRefusedIfItIsAbsent() {
    assertThatThrownBy(() -> given(List.of(), Map.of()).one("f"))
        .hasMessage("it calls f without an argument that it needs");
  }

  @Test
  void refusalIsLocatedOnceAndKeepsItsCause() {
    RefusedException refused = RefusedException.of("it is %d", 1);
    assertThat(refused).hasMessage("it is 1");
    assertThat(refused.at(3)).hasMessage("line 3: it is 1").hasCause(refused);
    assertThat(refused.at(3).at(9)).hasMessage("line 3: it is 1");
    assertThat(RefusedException.said("no").at(3)).hasMessage("'no'");
  }
}
