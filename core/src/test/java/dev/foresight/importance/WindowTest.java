package dev.foresight.importance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.foresight.InputException;
import dev.foresight.model.Role;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WindowTest {
  @ParameterizedTest
  @ValueSource(doubles = {-0.01, 1.01, Double.NaN})
  void blendOutsideZeroToOneNamesItsFlag(double blend) {
    assertThatThrownBy(() -> new Window(blend, 3, Weights.UNIFORM, Normalization.LOG, Roles.ALL))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("--window-blend");
  }

  @Test
  void negativeNumberOfBlocksNamesItsFlag() {
    assertThatThrownBy(() -> new Window(0.5, -1, Weights.UNIFORM, Normalization.LOG, Roles.ALL))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("--window-blocks");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "geometric",
        "geometric:",
        "geometric:0",
        "geometric:1.5",
        "geometric:NaN",
        "even"
      })
  void weightsThatAreNoneNameTheirFlag(String key) {
    assertThatThrownBy(() -> Weights.parse(key))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("--window-weights");
  }

  @Test
  void weightsAreReadAsTheyAreWritten() {
    assertThat(Weights.parse("uniform")).isEqualTo(Weights.UNIFORM);
    assertThat(Weights.parse("geometric:0.5")).isEqualTo(Weights.geometric(0.5));
    assertThat(Weights.parse(Weights.geometric(0.3).key())).isEqualTo(Weights.geometric(0.3));
  }

  @Test
  void geometricWeightsFallByTheirRatioAndSumToOne() {
    assertThat(Weights.geometric(0.5).of(3))
        .containsExactly(new double[] {4 / 7.0, 2 / 7.0, 1 / 7.0}, within(1e-15));
    assertThat(Weights.UNIFORM.of(4)).containsExactly(0.25, 0.25, 0.25, 0.25);
  }

  @Test
  void unknownNormalizationNamesItsFlag() {
    assertThatThrownBy(() -> Normalization.parse("median"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("--window-normalization");
  }

  @Test
  void rolesAreReadAsTheyAreWritten() {
    assertThat(Roles.parse("all")).isEqualTo(Roles.ALL);
    assertThat(Roles.parse("residual").fused())
        .containsExactlyInAnyOrder(Role.ATTENTION_INPUT, Role.MLP_INPUT);
    Roles two = new Roles(Set.of(Role.MLP_OUTPUT, Role.ATTENTION_INPUT));
    assertThat(two.key()).isEqualTo("attention_input,mlp_output");
    assertThat(Roles.parse(two.key())).isEqualTo(two);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "q", "mlp_input,", "ALL"})
  void rolesThatAreNoneNameTheirFlag(String key) {
    assertThatThrownBy(() -> Roles.parse(key))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("--window-roles");
  }

  @Test
  void noRolesAtAllIsNoWindow() {
    assertThatThrownBy(() -> new Roles(Set.of()))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("--window-blend 1");
  }
}
