package dev.foresight.quantize.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foresight.InputException;
import dev.foresight.tensor.DType;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GridOverridesTest {
  private static final List<List<String>> LINEARS =
      List.of(
          List.of("layers.0.attn.q_proj", "layers.0.attn.k_proj"),
          List.of("layers.0.mlp.down_proj"),
          List.of("layers.1.attn.q_proj", "layers.1.attn.k_proj"),
          List.of("layers.1.mlp.down_proj"));

  private static ModelGrids resolve(String... overrides) {
    return GridOverrides.parse(List.of(overrides))
        .resolve(3, 64, (bits, group) -> new Grid(bits, group, true, DType.F16), LINEARS);
  }

  @Test
  void overrideChangesWhatItNamesAndKeepsTheRest() {
    ModelGrids grids = resolve("down_proj=bits:8", "layers\\.0\\.attn=group:32");
    assertThat(grids.of("layers.1.attn.q_proj")).isEqualTo(grids.common());
    assertThat(grids.of("layers.1.mlp.down_proj")).isEqualTo(new Grid(8, 64, true, DType.F16));
    assertThat(grids.of("layers.0.attn.k_proj")).isEqualTo(new Grid(3, 32, true, DType.F16));
    assertThat(grids.overridden().values()).extracting(java.util.List::size).containsExactly(2, 2);
    assertThat(grids.overridden().keySet().toString())
        .isEqualTo("[down_proj=bits:8, layers\\.0\\.attn=group:32]");
  }

  @Test
  void firstOverrideThatMatchesCounts() {
    ModelGrids grids = resolve("layers\\.0\\.mlp=float", "mlp=bits:4,group:0");
    assertThat(grids.floats()).containsExactly("layers.0.mlp.down_proj");
    assertThat(grids.others()).containsOnlyKeys("layers.1.mlp.down_proj");
    assertThat(grids.of("layers.1.mlp.down_proj")).isEqualTo(new Grid(4, 0, true, DType.F16));
  }

  @Test
  void blockSeesItsOwnLinearsByTheirPathWithinIt() {
    BlockGrids first = resolve("layers\\.0=bits:4", "layers\\.1=float").ofBlock("layers.0");
    assertThat(first.others()).containsOnlyKeys("attn.q_proj", "attn.k_proj", "mlp.down_proj");
    assertThat(first.floats()).isEmpty();
  }

  @Test
  void partOfAFusedSetIsRefusedWithTheReason() {
    assertThatThrownBy(() -> resolve("q_proj=bits:8"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("layers.0.attn.q_proj 'bits:8'")
        .hasMessageContaining("layers.0.attn.k_proj 'nothing else'")
        .hasMessageContaining("share a scale and are fused by readers");
    assertThat(resolve("q_proj=bits:8", "k_proj=bits:8").others()).hasSize(4);
  }

  @ParameterizedTest
  @ValueSource(strings = {"up_proj=bits:8", "down_proj=bits:8;down_proj=float"})
  void overrideThatMatchesNothingIsRefused(String overrides) {
    assertThatThrownBy(() -> resolve(overrides.split(";")))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("matches no linear")
        .hasMessageContaining("layers.0.attn.q_proj");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '"',
      value = {
        "down_proj;is not understood",
        "=bits:8;is not understood",
        "down_proj=;'' is not understood",
        "down_proj=bits:9;9 bits are out of range",
        "down_proj=bits:1;1 bits are out of range",
        "down_proj=bits:4,bits:4;'bits:4' is not understood",
        "down_proj=group:-1;'group:-1' is not understood",
        "down_proj=floats;'floats' is not understood",
        "down_(proj=float;is no pattern"
      })
  void formThatIsUnknownSaysHowToWriteIt(String text, String message) {
    assertThatThrownBy(() -> GridOverride.parse(text))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("--override '" + text + "'")
        .hasMessageContaining(message);
  }
}
