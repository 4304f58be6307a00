package dev.foresight.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.foresight.quantize.ScaleCandidates.Candidate;
import dev.foresight.quantize.fold.Fold;
import dev.foresight.quantize.fold.LinearFold;
import dev.foresight.quantize.fold.NoFold;
import dev.foresight.quantize.fold.NormFold;
import dev.foresight.quantize.plan.Loss;
import dev.foresight.quantize.plan.RoundingSettings;
import dev.foresight.quantize.plan.SearchSettings;
import dev.foresight.quantize.plan.Steps;
import dev.foresight.tensor.Matrix;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which scales are tried; of two candidates the second is the square root of the importance. */
class ScaleRuleTest {
  private static final Fold NORM = new NormFold("input_layernorm", 0);

  /** Four query heads of two channels on two kv heads. */
  private static final Fold HEADS = new LinearFold("self_attn.v_proj", 2, 2);

  private static SearchSettings settings(boolean scale, boolean weightTerm) {
    return new SearchSettings(
        scale, weightTerm, Loss.DIAGONAL, Steps.RANGE, RoundingSettings.nearest(), true, 2, 1);
  }

  private static List<Candidate> candidates(
      SearchSettings settings, Fold fold, double[] importance, float... weights) {
    List<Matrix> linears = List.of(new Matrix(1, weights.length, weights));
    return ScaleRule.of(settings).candidates(fold, importance, linears, weights.length);
  }

  private static void assertScale(Candidate found, double... wanted) {
    assertThat(found.alpha()).isEqualTo(0.5);
    assertThat(found.scale()).hasSize(wanted.length);
    for (int i = 0; i < wanted.length; i++) {
      assertThat(found.scale()[i]).as("row %d", i).isCloseTo((float) wanted[i], within(1e-6f));
    }
  }

  @Test
  void settingsWithoutScalesTryScaleOneAlone() {
    List<Candidate> found = candidates(settings(false, true), NORM, new double[] {1, 16}, 1, 2);
    assertThat(found).hasSize(1);
    assertThat(found.get(0).alpha()).isZero();
    assertThat(found.get(0).scale()).containsExactly(1, 1);
  }

  @Test
  void roleThatNothingAbsorbsKeepsScaleOneUnderEverySetting() {
    for (SearchSettings settings : List.of(settings(true, false), settings(true, true))) {
      List<Candidate> found = candidates(settings, new NoFold(), new double[] {1, 16}, 1, 2);
      assertThat(found).hasSize(1);
      assertThat(found.get(0).scale()).containsExactly(1, 1);
    }
  }

  /** Roots 1, 4, 2, divided by sqrt(4 · 1). */
  @Test
  void scaleThatANormAbsorbsHasAValueForEachChannel() {
    List<Candidate> found =
        candidates(settings(true, false), NORM, new double[] {1, 16, 4}, 1, 1, 1);
    assertThat(found).hasSize(2);
    assertThat(found.get(0).scale()).containsExactly(1, 1, 1);
    assertScale(found.get(1), 0.5, 2, 1);
  }

  /**
   * Channels 0 and 2, 1 and 3, 4 and 6, 5 and 7 are fed by one row each; their means are 4, 8, 8,
   * 16. numpy: s = np.sqrt([4, 8, 8, 16]); s / np.sqrt(s.max() * s.min()).
   */
  @Test
  void headsThatShareAKvHeadAreAveragedBeforeThePowerIsTaken() {
    double[] importance = {1, 4, 7, 12, 9, 16, 7, 16};
    List<Candidate> found =
        candidates(settings(true, false), HEADS, importance, 1, 1, 1, 1, 1, 1, 1, 1);
    assertScale(found.get(1), 0.70710678, 1, 1, 1.41421356);
  }

  /** numpy: s = 1 / (np.sqrt([.25, 1]) + 1e-4); s / np.sqrt(s.max() * s.min()). */
  @Test
  void weightTermFavoursChannelsOfSmallWeights() {
    double[] alike = {1, 1};
    assertScale(
        candidates(settings(true, true), NORM, alike, 0.25f, 1).get(1), 1.4141429, 0.7071422);
    assertScale(candidates(settings(true, false), NORM, alike, 0.25f, 1).get(1), 1, 1);
  }

  /**
   * Shares of the weights averaged to the rows that feed them: 0.75, 0.5, 0.25, 1. numpy: s = 1 /
   * (np.sqrt(np.array([.75, .5, .25, 1]) / (1 + 1e-6)) + 1e-4); s / np.sqrt(s.max() * s.min()).
   */
  @Test
  void weightTermIsAveragedOverTheHeadsAsTheImportanceIs() {
    double[] alike = {1, 1, 1, 1, 1, 1, 1, 1};
    List<Candidate> found =
        candidates(settings(true, true), HEADS, alike, 1, 0.5f, 0.5f, 0.5f, 0.25f, 1, 0.25f, 1);
    assertScale(found.get(1), 0.81652477, 1.00000858, 1.41414286, 0.70714213);
  }
}
