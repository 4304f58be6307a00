package dev.foresight.quantize.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foresight.InputException;
import dev.foresight.tensor.DType;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Sizes that a refusal proposes. */
class GroupSizesTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "11008 | 16, 32, 64, 128, 256, or 0 for whole rows", // 2^8 · 43, Llama 7B
        "960   | 16, 32, 48, 64, 96, 192, or 0 for whole rows", // 2^6 · 15, SmolLM2 360M
        "144   | 16, 48, or 0 for whole rows",
        "16    | 16, or 0 for whole rows",
        "8     | 0 for whole rows",
        "7     | 0 for whole rows"
      })
  void usualSizesThatDivideAreProposed(int columns, String sizes) {
    assertThat(GroupSizes.thatDivide(columns)).isEqualTo(sizes);
  }

  /** Every proposal is taken. */
  @ParameterizedTest
  @ValueSource(ints = {7, 48, 576, 960, 1536, 4096, 11008})
  void proposedSizesCutTheRowsWithoutRest(int columns) {
    int[] sizes =
        Pattern.compile("\\d+")
            .matcher(GroupSizes.thatDivide(columns))
            .results()
            .map(MatchResult::group)
            .mapToInt(Integer::parseInt)
            .toArray();
    assertThat(sizes).contains(0).doesNotHaveDuplicates();
    for (int size : sizes) {
      int group = new Grid(4, size, true, DType.F16).groupOf("w", columns);
      assertThat(group).isEqualTo(size == 0 ? columns : size);
    }
  }

  @Test
  void sizeThatDoesNotDivideIsRefusedWithThoseThatDo() {
    Grid grid = new Grid(4, 96, true, DType.F16);
    assertThatThrownBy(() -> grid.groupOf("model.layers.7.mlp.down_proj", 11_008))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "model.layers.7.mlp.down_proj has 11008 input channels, not a multiple of --group 96."
                + " Use 16, 32, 64, 128, 256, or 0 for whole rows.");
  }
}
