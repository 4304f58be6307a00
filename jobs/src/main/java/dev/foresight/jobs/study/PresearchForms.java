package dev.foresight.jobs.study;

import dev.foresight.importance.Normalization;
import dev.foresight.importance.Roles;
import dev.foresight.importance.Weights;
import dev.foresight.importance.Window;
import dev.foresight.spark.study.Form;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The forms of the future window that a search tries: every combination of what is given.
 *
 * @param blends γ
 * @param blocks w
 * @param weights β
 * @param normalizations ν
 * @param roles that look ahead
 * @param adaptive whether blends that the data choose are tried too
 */
public record PresearchForms(
    List<Double> blends,
    List<Integer> blocks,
    List<String> weights,
    List<String> normalizations,
    List<String> roles,
    boolean adaptive) {

  /** No window: what all forms are compared with. */
  public static Form none() {
    return Form.of(Window.none());
  }

  /**
   * No window first, then the fallback, then all others.
   *
   * @param disagreement whether every calibration has several shards, whose disagreement adaptive
   *     blends are learnt from
   * @throws dev.foresight.InputException if a value is out of range
   */
  public List<Form> all(boolean disagreement) {
    Set<Form> forms = new LinkedHashSet<>();
    forms.add(none());
    forms.add(Form.of(Window.fallback()));
    for (String which : roles) {
      for (int ahead : blocks) {
        for (String share : weights) {
          for (String normalization : normalizations) {
            for (double blend : blends) {
              forms.add(Form.of(window(blend, ahead, share, normalization, which)));
            }
          }
          if (adaptive && disagreement) {
            forms.add(Form.of(window(0, ahead, share, Normalization.LOG.key(), which)).adapted());
          }
        }
      }
    }
    return List.copyOf(forms);
  }

  private static Window window(
      double blend, int blocks, String weights, String normalization, String roles) {
    return new Window(
        blend,
        blocks,
        Weights.parse(weights),
        Normalization.parse(normalization),
        Roles.parse(roles));
  }

  /**
   * The forms worth comparing end to end: no window and the fallback; the best of each kind, since
   * a local loss does not see what windows are for and may not decide between kinds; then the best
   * of the rest.
   *
   * @param losses of each form, the less the better
   * @param wanted how many in all; more if there are more kinds
   */
  public static List<Form> shortlist(Map<Form, Double> losses, int wanted) {
    List<Form> ranked = new ArrayList<>(losses.keySet());
    ranked.sort(Comparator.comparing(losses::get));
    Map<String, Form> best = new LinkedHashMap<>();
    ranked.forEach(form -> best.putIfAbsent(form.kind(), form));
    Set<Form> chosen = new LinkedHashSet<>(List.of(none(), Form.of(Window.fallback())));
    chosen.addAll(best.values());
    for (Form form : ranked) {
      if (chosen.size() < wanted) {
        chosen.add(form);
      }
    }
    return List.copyOf(chosen);
  }
}
