package dev.foresight.jobs.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foresight.InputException;
import dev.foresight.importance.Window;
import dev.foresight.spark.study.Form;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PresearchFormsTest {
  private static final Form NONE = PresearchForms.none();
  private static final Form FALLBACK = Form.of(Window.fallback());

  private static PresearchForms forms(boolean adaptive, Double... blends) {
    return new PresearchForms(
        List.of(blends),
        List.of(1, 2),
        List.of("uniform", "geometric:0.5"),
        List.of("none", "mean", "log"),
        List.of("all", "residual"),
        adaptive);
  }

  private static Form form(double blend, int blocks, String normalization) {
    return new Form(blend, blocks, "uniform", normalization, "all", false);
  }

  /**
   * 2 blends x 2 distances x 2 weights x 3 normalizations x 2 roles, and the two that are given.
   */
  @Test
  void everyCombinationIsTriedOnceBesideNoneAndTheFallback() {
    List<Form> all = forms(false, 0.3, 0.5).all(true);
    assertThat(all).hasSize(2 + 2 * 2 * 2 * 3 * 2).doesNotHaveDuplicates();
    assertThat(all).startsWith(NONE, FALLBACK);
  }

  @Test
  void fallbackThatIsAlsoACombinationIsTriedOnce() {
    PresearchForms same =
        new PresearchForms(
            List.of(0.85), List.of(3), List.of("uniform"), List.of("log"), List.of("all"), false);
    assertThat(same.all(true)).containsExactly(NONE, FALLBACK);
  }

  /** A blend that the data choose has one form for each distance, weights and roles. */
  @Test
  void adaptiveFormsNeedDisagreementAndHaveNoBlendOfTheirOwn() {
    assertThat(forms(true, 0.3, 0.5).all(true).stream().filter(Form::adaptive))
        .hasSize(2 * 2 * 2)
        .allMatch(form -> form.normalization().equals("log"));
    assertThat(forms(true, 0.3).all(false)).noneMatch(Form::adaptive);
    assertThat(forms(false, 0.3).all(true)).noneMatch(Form::adaptive);
  }

  @Test
  void blendThatIsNoShareIsRefused() {
    assertThatThrownBy(() -> forms(false, 1.5).all(true))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("--window-blend 1.5 is out of range");
    PresearchForms unknown =
        new PresearchForms(
            List.of(0.5), List.of(1), List.of("uniform"), List.of("loud"), List.of("all"), false);
    assertThatThrownBy(() -> unknown.all(true)).isInstanceOf(InputException.class);
  }

  @Test
  void shortlistHasNoneTheFallbackTheBestOfEachKindThenTheBest() {
    Form bestMean = form(0.3, 1, "mean");
    Form nextMean = form(0.4, 1, "mean");
    Form thirdMean = form(0.5, 1, "mean");
    Form bestNone = form(0.3, 1, "none");
    Map<Form, Double> losses = new LinkedHashMap<>();
    losses.put(thirdMean, -0.07);
    losses.put(NONE, 0.0);
    losses.put(FALLBACK, 0.2);
    losses.put(bestNone, 0.1);
    losses.put(nextMean, -0.08);
    losses.put(bestMean, -0.09);
    assertThat(PresearchForms.shortlist(losses, 5))
        .containsExactly(NONE, FALLBACK, bestMean, bestNone, nextMean);
    assertThat(PresearchForms.shortlist(losses, 1))
        .as("no kind is left out, however few are wanted")
        .containsExactly(NONE, FALLBACK, bestMean, bestNone);
    assertThat(PresearchForms.shortlist(losses, 99)).hasSize(6);
  }

  @Test
  void shortlistDoesNotDependOnTheOrderOfTheLosses() {
    List<Form> all = new ArrayList<>(forms(true, 0.3, 0.5, 0.7).all(true));
    Map<Form, Double> losses = new LinkedHashMap<>();
    for (int i = 0; i < all.size(); i++) {
      losses.put(all.get(i), (double) (i * 37 % 101));
    }
    List<Form> first = PresearchForms.shortlist(losses, 8);
    Collections.reverse(all);
    Map<Form, Double> reversed = new LinkedHashMap<>();
    all.forEach(form -> reversed.put(form, losses.get(form)));
    assertThat(PresearchForms.shortlist(reversed, 8)).isEqualTo(first);
  }

  @Test
  void formIsCalledByWhatDiffers() {
    assertThat(NONE.label()).isEqualTo("none");
    assertThat(form(0.3, 3, "mean").label()).isEqualTo("mean, all, γ 0.3, w 3");
    assertThat(form(0.3, 3, "mean").adapted().label()).isEqualTo("adaptive, all, w 3");
    assertThat(new Form(0.3, 2, "geometric:0.5", "log", "residual", false).label())
        .isEqualTo("log, residual, γ 0.3, geometric:0.5, w 2");
    assertThat(FALLBACK.window()).isEqualTo(Window.fallback());
  }
}
