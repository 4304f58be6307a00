package dev.foresight.text.python;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What slices are refused, and of what kind they are; all bounds are TemplateGoldenTest's. */
class PythonSlicesTest {
  @Test
  void sliceIsOfTheKindOfItsWhole() {
    assertThat(PythonSlices.slice(List.of(1L, 2L), 1L, null, null)).isEqualTo(List.of(2L));
    assertThat(PythonSlices.slice(new PythonValues.Tuple(List.of(1L, 2L)), null, 1L, null))
        .isEqualTo(new PythonValues.Tuple(List.of(1L)));
    assertThat(PythonSlices.slice("a😀b", null, null, -1L)).isEqualTo("b😀a");
  }

  @Test
  void sliceThatIsNoneIsRefused() {
    assertThatThrownBy(() -> PythonSlices.slice("a", null, null, 0L))
        .hasMessage("it cuts a slice in steps of 0");
    assertThatThrownBy(() -> PythonSlices.slice("a", 1.5, null, null))
        .hasMessage("it cuts a slice at a fraction");
    assertThatThrownBy(() -> PythonSlices.slice(Map.of(), null, null, null))
        .hasMessage("it cuts a slice of a dict");
    assertThatThrownBy(() -> PythonSlices.slice("a", null, 1L << 40, null))
        .hasMessage("it cuts a slice at a whole number");
  }
}
