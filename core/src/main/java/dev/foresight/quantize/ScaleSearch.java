package dev.foresight.quantize;

import dev.foresight.quantize.ScaleCandidates.Candidate;
import dev.foresight.quantize.fold.Fold;
import dev.foresight.quantize.fold.LinearFold;
import dev.foresight.quantize.fold.LinearScale;
import dev.foresight.quantize.kernel.RowWorkers;
import dev.foresight.quantize.plan.Grid;
import dev.foresight.quantize.plan.Loss;
import dev.foresight.quantize.plan.SearchSettings;
import dev.foresight.tensor.Matrix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Picks the scale of one role. The diagonal loss under the steps of whole ranges, summed over the
 * role's linears, ranks all candidates; the best of them, and s ≡ 1, are compared again where what
 * decides is another loss, or where steps will be searched by more than their share: a scale that
 * suits the steps of whole ranges need not suit those.
 */
final class ScaleSearch {
  private final SearchSettings settings;
  private final Grid grid;
  private final int group;
  private final List<Matrix> linears;
  private final RoleStatistics statistics;
  private final List<OutputError> errors;
  private final RowWorkers workers;

  /**
   * @param linears float weights, unfolded, all with the same columns
   * @param errors what decides, one a linear, of the kind that the settings name
   */
  ScaleSearch(
      SearchSettings settings,
      Grid grid,
      int group,
      List<Matrix> linears,
      RoleStatistics statistics,
      List<OutputError> errors,
      RowWorkers workers) {
    this.settings = settings;
    this.grid = grid;
    this.group = group;
    this.linears = linears;
    this.statistics = statistics;
    this.errors = errors;
    this.workers = workers;
  }

  /**
   * What won.
   *
   * @param alpha its exponent; 0 is s ≡ 1
   * @param scale one value per row of a linear that shares it, else per channel
   * @param roundLosses losses of s ≡ 1 under the steps of whole ranges, one per linear
   * @param losses losses of the winner, one per linear
   */
  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  record Choice(double alpha, float[] scale, double[] roundLosses, double[] losses) {
    /** Both losses by name; those of the same name are added. */
    Map<String, double[]> lossesOf(List<String> linears) {
      Map<String, double[]> byLinear = new HashMap<>();
      for (int i = 0; i < losses.length; i++) {
        double[] sums = byLinear.computeIfAbsent(linears.get(i), linear -> new double[2]);
        sums[0] += roundLosses[i];
        sums[1] += losses[i];
      }
      return byLinear;
    }
  }

  Choice best(Fold fold) {
    List<Candidate> shared =
        ScaleRule.of(settings).candidates(fold, statistics.importance(), linears, group);
    List<Candidate> candidates = new ArrayList<>();
    for (Candidate candidate : shared) {
      candidates.add(
          fold instanceof LinearFold linear
              ? new Candidate(candidate.alpha(), linear.spread(candidate.scale()))
              : candidate);
    }
    double[][] losses = screen(candidates);
    double[] roundLosses = losses[0];
    int[] finalists = IntStream.range(0, candidates.size()).toArray();
    boolean stepped = settings.steps().decideScales() && candidates.size() > 1;
    if (settings.loss() == Loss.SAMPLED || stepped) {
      finalists = finalists(losses);
      roundLosses = compare(candidates.get(0), false);
      for (int c : finalists) {
        losses[c] = c == 0 && !stepped ? roundLosses : compare(candidates.get(c), stepped);
      }
    }
    int best = 0;
    for (int c : finalists) {
      if (Arrays.stream(losses[c]).sum() < Arrays.stream(losses[best]).sum()) {
        best = c;
      }
    }
    Candidate winner = shared.get(best);
    return new Choice(winner.alpha(), winner.scale(), roundLosses, losses[best]);
  }

  /** Diagonal losses, [candidate][linear]. */
  private double[][] screen(List<Candidate> candidates) {
    double[][] losses = new double[candidates.size()][linears.size()];
    DiagonalScreen screen =
        new DiagonalScreen(grid, group, floats(statistics.meanSquare()), candidates, workers);
    for (int i = 0; i < linears.size(); i++) {
      double[] ofLinear = screen.losses(linears.get(i));
      for (int c = 0; c < ofLinear.length; c++) {
        losses[c][i] = ofLinear[c];
      }
    }
    return losses;
  }

  /** The best by the screen and s ≡ 1, by rising α; a loss that is not finite never qualifies. */
  private int[] finalists(double[][] losses) {
    int[] best =
        IntStream.range(0, losses.length)
            .filter(c -> Double.isFinite(Arrays.stream(losses[c]).sum()))
            .boxed()
            .sorted(Comparator.comparingDouble(c -> Arrays.stream(losses[c]).sum()))
            .limit(settings.finalists())
            .mapToInt(c -> c)
            .toArray();
    return IntStream.concat(IntStream.of(0), Arrays.stream(best)).distinct().sorted().toArray();
  }

  private double[] compare(Candidate candidate, boolean stepped) {
    float[] scale = candidate.scale();
    double[] losses = new double[linears.size()];
    for (int i = 0; i < losses.length; i++) {
      Matrix linear = linears.get(i);
      Changes changes =
          stepped
              ? Changes.ofSteps(linear, scale, grid, group, steps(linear, scale, errors.get(i)))
              : Changes.ofScale(linear, scale, grid, group);
      losses[i] = errors.get(i).of(linear.rows(), linear.columns(), changes, workers);
    }
    return losses;
  }

  /** The steps that the linear would have under this scale. */
  private GroupSteps steps(Matrix linear, float[] scale, OutputError error) {
    float[] noRowScale = Candidate.identity(linear.rows()).scale();
    Matrix scaled = new LinearScale(scale, noRowScale).apply(linear);
    return StepRule.of(
            settings.steps(),
            new StepRule.Inputs(grid, group, error, floats(statistics.meanSquare()), workers))
        .steps(scaled, scale);
  }

  static float[] floats(double[] values) {
    float[] floats = new float[values.length];
    for (int j = 0; j < floats.length; j++) {
      floats[j] = (float) values[j];
    }
    return floats;
  }
}
