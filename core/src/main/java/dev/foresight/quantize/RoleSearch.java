package dev.foresight.quantize;

import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.model.Role;
import dev.foresight.quantize.ScaleCandidates.Candidate;
import dev.foresight.quantize.fold.Fold;
import dev.foresight.quantize.fold.NoFold;
import dev.foresight.quantize.kernel.RowWorkers;
import dev.foresight.quantize.plan.BlockGrids;
import dev.foresight.quantize.plan.Grid;
import dev.foresight.quantize.plan.Loss;
import dev.foresight.quantize.plan.SearchSettings;
import dev.foresight.tensor.Matrix;
import dev.foresight.tensor.MatrixProduct;
import java.util.List;
import java.util.Map;

/**
 * What the search found for one role of a block.
 *
 * @param fold what absorbs the scale; nothing where the settings leave the role alone
 * @param alpha exponent of the winner; NaN where no scale was searched
 * @param scale one value per row of a linear that absorbs it, else per channel
 * @param meanSquare E[x_j²]; null where there are no statistics
 * @param error what later steps are judged by; null where there are no statistics
 * @param rows sampled activations as losses use them, [n, in]; null where nothing asks for them
 * @param losses of the linears that were compared: plain rounding, then the winner
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
record RoleSearch(
    Fold fold,
    double alpha,
    float[] scale,
    float[] meanSquare,
    OutputError error,
    Matrix rows,
    Map<String, double[]> losses) {
  /**
   * Searches one role.
   *
   * @throws InputException if statistics or rows that the settings need are missing or do not fit
   */
  static RoleSearch of(
      BlockWeights weights,
      RoleGroup group,
      BlockGrids grids,
      SearchSettings settings,
      Map<Role, RoleStatistics> statistics,
      MatrixProduct product,
      RowWorkers workers) {
    String first = group.linears().get(0);
    int columns = weights.linear(first).columns();
    Fold fold = settings.scales(group.role()) ? group.fold() : new NoFold();
    List<String> compared = group.linears().stream().filter(l -> !grids.inFloat(l)).toList();
    RoleStatistics known = statistics.get(group.role());
    String name = weights.name(group.role().key());
    if (compared.isEmpty() || known == null) {
      if (settings.needsStatistics() && !compared.isEmpty()) {
        throw new InputException(
            Words.format(
                "%s has no statistics: calibrate this model first, or use --method rtn%s.",
                name, settings.rounding().compensates() ? " with --rounding nearest" : ""));
      }
      float[] ones = Candidate.identity(columns).scale();
      return new RoleSearch(new NoFold(), Double.NaN, ones, null, null, null, Map.of());
    }
    known.check(name, columns);
    List<Matrix> linears = compared.stream().map(weights::linear).toList();
    Grid grid = grids.of(compared.get(0));
    int size = grid.groupOf(weights.name(compared.get(0)), columns);
    Matrix rows = rows(known, settings, name);
    OutputError error =
        settings.loss() == Loss.SAMPLED
            ? new SampledError(rows, product)
            : new DiagonalError(ScaleSearch.floats(known.meanSquare()), size);
    try {
      ScaleSearch.Choice best =
          new ScaleSearch(settings, grid, size, linears, known, error, workers).best(fold);
      return new RoleSearch(
          fold,
          fold instanceof NoFold ? Double.NaN : best.alpha(),
          best.scale(),
          ScaleSearch.floats(known.meanSquare()),
          error,
          rows,
          best.lossesOf(compared));
    } catch (RuntimeException | Error e) { // nobody else knows the native memory yet
      error.close();
      throw e;
    }
  }

  private static Matrix rows(RoleStatistics statistics, SearchSettings settings, String name) {
    boolean compensates = settings.rounding().compensates();
    if (!compensates && settings.loss() != Loss.SAMPLED) {
      return null;
    }
    if (statistics.rows() == null) {
      throw new InputException(
          Words.format(
              "%s has no sampled rows, which %s: use %s, or calibrate with rows.",
              name,
              compensates ? "compensated rounding needs" : "the sampled loss needs",
              compensates ? "--rounding nearest" : "--loss diagonal"));
    }
    return statistics.rows().calibrated(statistics.meanSquare());
  }

  /** Rows that a linear's errors are compensated under: today those of its role. */
  Matrix rows(String linear) {
    return rows;
  }

  /** Loss of plain rounding, NaN where none was computed. */
  double roundLoss(String linear) {
    return losses.containsKey(linear) ? losses.get(linear)[0] : Double.NaN;
  }

  /** Loss of the winner, NaN where none was computed. */
  double scaleLoss(String linear) {
    return losses.containsKey(linear) ? losses.get(linear)[1] : Double.NaN;
  }

  /** Frees what the matrix products hold. */
  void close() {
    if (error != null) {
      error.close();
    }
  }
}
