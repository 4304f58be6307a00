package dev.foresight.quantize.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foresight.InputException;
import dev.foresight.model.Role;
import org.junit.jupiter.api.Test;

class SearchSettingsTest {
  @Test
  void presetsDifferInWhatTheySearch() {
    assertThat(SearchSettings.rtn().needsStatistics()).isFalse();
    assertThat(SearchSettings.rtn().scales(Role.MLP_INPUT)).isFalse();
    assertThat(SearchSettings.awq().scales(Role.MLP_INPUT)).isTrue();
    assertThat(SearchSettings.awq().scales(Role.ATTENTION_OUTPUT)).isFalse();
    assertThat(SearchSettings.awq().withScaleAttentionOutput(true)).isEqualTo(SearchSettings.faq());
  }

  @Test
  void lossesAreReadAsTheyAreWritten() {
    for (Loss loss : Loss.values()) {
      assertThat(Loss.parse(loss.key())).isEqualTo(loss);
    }
    assertThatThrownBy(() -> Loss.parse("gram"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("--loss 'gram'")
        .hasMessageContaining("diagonal or sampled");
  }

  @Test
  void searchWithoutCandidatesOrFinalistsIsRefused() {
    assertThatThrownBy(() -> settings(0, 6)).isInstanceOf(InputException.class);
    assertThatThrownBy(() -> settings(20, 0)).isInstanceOf(InputException.class);
  }

  private static SearchSettings settings(int candidates, int finalists) {
    return new SearchSettings(
        true,
        false,
        Loss.DIAGONAL,
        Steps.CLIP,
        RoundingSettings.nearest(),
        true,
        candidates,
        finalists);
  }
}
