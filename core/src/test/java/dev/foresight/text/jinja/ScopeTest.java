package dev.foresight.text.jinja;

import static org.assertj.core.api.Assertions.assertThat;

import dev.foresight.text.python.PythonValues;
import org.junit.jupiter.api.Test;

class ScopeTest {
  private final Scope outer = new Scope(null);
  private final Scope inner = new Scope(outer);

  @Test
  void innerNameHidesTheOuterAndDoesNotLeak() {
    outer.set("x", 1L);
    assertThat(inner.get("x")).isEqualTo(1L);
    inner.set("x", 2L);
    assertThat(inner.get("x")).isEqualTo(2L);
    assertThat(outer.get("x")).isEqualTo(1L);
  }

  @Test
  void noneIsAValueThatHidesAnother() {
    outer.set("x", 1L);
    inner.set("x", null);
    assertThat(inner.get("x")).isNull();
  }

  @Test
  void nameThatIsSetLaterIsSeenFromWithin() {
    assertThat(inner.get("x")).isEqualTo(new PythonValues.Undefined("'x'"));
    outer.set("x", 1L);
    assertThat(inner.get("x")).isEqualTo(1L);
  }
}
