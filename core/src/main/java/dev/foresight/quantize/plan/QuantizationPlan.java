package dev.foresight.quantize.plan;

import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.importance.TokenWeighting;
import dev.foresight.sketch.Rows;
import dev.foresight.sketch.Statistic;
import dev.foresight.sketch.Sums;
import dev.foresight.sketch.Tokens;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Everything that decides what a model becomes, for one model and before any of its weights are
 * read: together with the model's and the sketches' hashes it decides every byte that is written.
 * {@link PlanJson} is its one form in reports, resumed runs, studies and checks.
 *
 * @param method the name under which it was asked for
 * @param container that holds the result, by name
 * @param grids what each linear is rounded to
 * @param search how scales, steps and codes are chosen
 * @param window how importance looks ahead
 * @param dataOrNull which part of a store counts; null where nothing is learnt from one
 * @param searchRows sampled rows that the search sees
 * @param tokens how much the token of each of these rows counts
 */
public record QuantizationPlan(
    Method method,
    String container,
    ModelGrids grids,
    SearchSettings search,
    FutureWindow window,
    DataChoice dataOrNull,
    int searchRows,
    TokenWeighting tokens)
    implements Serializable {
  /** A plan under which all tokens count alike. */
  public QuantizationPlan(
      Method method,
      String container,
      ModelGrids grids,
      SearchSettings search,
      FutureWindow window,
      DataChoice dataOrNull,
      int searchRows) {
    this(method, container, grids, search, window, dataOrNull, searchRows, TokenWeighting.none());
  }

  public QuantizationPlan {
    if (searchRows < 1) {
      throw new InputException(
          Words.format("--search-rows %d: the search must see one row or more.", searchRows));
    }
    if (search.needsStatistics() && dataOrNull == null) {
      throw new IllegalArgumentException("A search without data: " + search);
    }
    if (search.rounding().propagates() && search.scale()) {
      throw new InputException(
          Words.format(
              "--propagate goes block by block, and the scales of method %s bind blocks' roles together: pass --method foresight.",
              method.key()));
    }
    if (tokens.weighs() && (!search.needsStatistics() || search.loss() != Loss.SAMPLED)) {
      throw new InputException(
          Words.format(
              "--token-weights %s weighs sampled rows, which method %s with loss %s does not look at: drop it, or choose foresight, or awq or faq with --loss sampled.",
              tokens.form().key(), method.key(), search.loss().key()));
    }
  }

  /** Which part of a store counts, empty where nothing is learnt from one. */
  public Optional<DataChoice> data() {
    return Optional.ofNullable(dataOrNull);
  }

  /** What becomes of a linear, by a name like {@code model.layers.7.mlp.down_proj}. */
  public LinearPlan of(String linear) {
    return new LinearPlan(
        grids.inFloat(linear) ? null : grids.of(linear), search.steps(), search.rounding());
  }

  /** The statistics that this plan reads. */
  public List<Need> needs() {
    List<Need> needs = new ArrayList<>();
    boolean compensates = search.rounding().compensates();
    if (search.needsStatistics()) {
      needs.add(
          compensates
              ? new Need(Sums.SUMS, "compensated rounding", "pass --rounding nearest")
              : new Need(Sums.SUMS, "method " + method.key(), "pass --method rtn"));
    }
    if (compensates) {
      needs.add(new Need(Rows.ROWS, "compensated rounding", "pass --rounding nearest"));
    } else if (search.needsStatistics() && search.loss() == Loss.SAMPLED) {
      needs.add(new Need(Rows.ROWS, "the sampled loss", "pass --loss diagonal"));
    }
    if (tokens.weighs()) {
      needs.add(
          new Need(
              Tokens.TOKENS,
              "--token-weights " + tokens.form().key(),
              "pass --token-weights none"));
    }
    return needs;
  }

  /** Whether it reads a statistic. */
  public boolean reads(Statistic<?> statistic) {
    return needs().stream().anyMatch(need -> need.statistic() == statistic);
  }

  /** The same plan for another part of the store; one that learns nothing stays as it is. */
  public QuantizationPlan with(DataChoice other) {
    return dataOrNull == null
        ? this
        : new QuantizationPlan(method, container, grids, search, window, other, searchRows, tokens);
  }
}
