package dev.foresight.jobs.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foresight.InputException;
import dev.foresight.export.Containers;
import dev.foresight.jobs.Cli;
import dev.foresight.model.Model;
import dev.foresight.quantize.plan.GridOverrides;
import dev.foresight.quantize.plan.ModelGrids;
import dev.foresight.quantize.plan.SymmetricStep;
import dev.foresight.tensor.DType;
import dev.foresight.tensor.LocalModelFolder;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Grids of the linears of a model of 8 blocks, hidden 128, intermediate 384, in float16. */
class GridPlanTest {
  private static Model model;

  @BeforeAll
  static void open() throws IOException {
    model = Model.open(new LocalModelFolder(Cli.TINY));
  }

  @AfterAll
  static void close() throws IOException {
    model.checkpoint().close();
  }

  private static ModelGrids grids(String container, int bits, int group, String... overrides) {
    return new GridPlan(model, Containers.named(container), true, SymmetricStep.WHOLE)
        .of(bits, group, GridOverrides.parse(List.of(overrides)));
  }

  private static void assertRefused(
      String container, int bits, int group, String override, String... parts) {
    String[] overrides = override.isEmpty() ? new String[0] : new String[] {override};
    assertThatThrownBy(() -> grids(container, bits, group, overrides))
        .isInstanceOf(InputException.class)
        .hasMessageContainingAll(parts);
  }

  @Test
  void stepsAreStoredAsTheWeightsWere() {
    ModelGrids grids = grids("compressed-tensors", 3, 64);
    assertThat(grids.common().stepType()).isEqualTo(DType.F16);
    assertThat(grids.common().bits()).isEqualTo(3);
    assertThat(grids.others()).isEmpty();
    assertThat(grids.floats()).isEmpty();
  }

  @Test
  void overrideChangesTheLinearsItsPatternIsFoundInAndNoOthers() {
    ModelGrids grids =
        grids("compressed-tensors", 4, 64, "layers\\.[07]\\..*down_proj=bits:8", "o_proj=group:32");
    assertThat(grids.of("model.layers.0.mlp.down_proj").bits()).isEqualTo(8);
    assertThat(grids.of("model.layers.0.mlp.down_proj").group()).isEqualTo(64);
    assertThat(grids.of("model.layers.1.mlp.down_proj").bits()).isEqualTo(4);
    assertThat(grids.of("model.layers.3.self_attn.o_proj").group()).isEqualTo(32);
    assertThat(grids.others()).as("two of down, one of o in each block").hasSize(2 + 8);
    assertThat(grids.overridden().values()).extracting(List::size).containsExactly(2, 8);
  }

  @Test
  void firstOfSeveralOverridesCounts() {
    ModelGrids grids = grids("compressed-tensors", 4, 64, "\\.7\\..*down=float", "down=bits:8");
    assertThat(grids.inFloat("model.layers.7.mlp.down_proj")).isTrue();
    assertThat(grids.of("model.layers.6.mlp.down_proj").bits()).isEqualTo(8);
    assertThat(grids.floats()).hasSize(1);
  }

  @Test
  void groupOfAnOverrideMustDivideItsOwnLinearAlone() {
    assertThat(grids("compressed-tensors", 4, 64, "down_proj=group:192").others()).hasSize(8);
    assertRefused(
        "compressed-tensors", 4, 64, "o_proj=group:192", "o_proj has 128 input channels", "192");
    assertRefused(
        "compressed-tensors", 4, 96, "", "128 input channels, not a multiple of --group 96");
  }

  /** q, k and v read one input and are fused by readers. */
  @Test
  void partOfAFusedSetIsRefused() {
    assertRefused(
        "compressed-tensors", 4, 64, "q_proj=bits:8", "q_proj 'bits:8'", "k_proj 'nothing else'");
    assertThat(grids("compressed-tensors", 4, 64, "[qkv]_proj=bits:8").others()).hasSize(3 * 8);
  }

  @Test
  void patternThatMatchesNothingIsRefused() {
    assertRefused("compressed-tensors", 4, 64, "layers\\.8\\.=bits:8", "matches no linear");
    assertThatThrownBy(() -> grids("compressed-tensors", 4, 64, "down=bits:8", "down_proj=float"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("matches no linear that is left for it");
  }

  @Test
  void containerOfOneGridTakesLinearsInFloatAlone() {
    assertRefused(
        "awq", 4, 64, "down_proj=group:32", "--container awq has one width and group", "drop");
    assertThat(grids("awq", 4, 64, "down_proj=float").floats()).hasSize(8);
  }

  @Test
  void widthThatIsNoneIsRefused() {
    assertRefused("compressed-tensors", 9, 64, "", "can't hold 9 bits", "choose 2 to 8 bits");
    assertRefused("compressed-tensors", 4, -1, "", "--group -1 is negative");
    assertRefused("compressed-tensors", 4, 64, "down=bits:1", "1 bits are out of range");
    assertRefused("compressed-tensors", 4, 64, "down=bytes:1", "'bytes:1' is not understood");
    assertRefused("compressed-tensors", 4, 64, "(=bits:8", "is no pattern");
  }
}
