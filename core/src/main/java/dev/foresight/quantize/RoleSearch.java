package dev.foresight.quantize;

import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.importance.TokenKind;
import dev.foresight.model.Role;
import dev.foresight.quantize.ScaleCandidates.Candidate;
import dev.foresight.quantize.compensate.Shrinkage;
import dev.foresight.quantize.fold.Fold;
import dev.foresight.quantize.fold.NoFold;
import dev.foresight.quantize.kernel.RowWorkers;
import dev.foresight.quantize.plan.BlockGrids;
import dev.foresight.quantize.plan.Grid;
import dev.foresight.quantize.plan.Loss;
import dev.foresight.quantize.plan.SearchSettings;
import dev.foresight.tensor.Matrix;
import dev.foresight.tensor.MatrixProduct;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What the search found for one role of a block.
 *
 * @param fold what absorbs the scale; nothing where the settings leave the role alone
 * @param alpha exponent of the winner; NaN where no scale was searched
 * @param scale one value per row of a linear that absorbs it, else per channel
 * @param meanSquare E[x_j²]; null where there are no statistics
 * @param pieces of each linear, and what later steps are judged by
 * @param losses of the linears that were compared: plain rounding, then the winner
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
record RoleSearch(
    Fold fold,
    double alpha,
    float[] scale,
    float[] meanSquare,
    Map<String, List<Piece>> pieces,
    Map<String, double[]> losses) {
  /**
   * Rows of a linear whose errors are judged alike: all of it, but where weights of tokens tell
   * parts of one matrix apart.
   *
   * @param from first row
   * @param to behind the last
   * @param error what they are judged by; null where there are no statistics
   * @param inputs sampled activations as losses use them, [n, in]; null where nothing asks for them
   * @param floats what the float model has in their place, where what comes before is quantized in
   *     {@code inputs}; else null
   * @param shrinkage λ, what to take away of products of two channels, see {@link Shrinkage}
   */
  record Piece(
      int from, int to, OutputError error, Matrix inputs, Matrix floats, double shrinkage) {
    /** Its rows of a matrix of the linear. */
    Matrix of(Matrix linear) {
      int columns = linear.columns();
      return to - from == linear.rows()
          ? linear
          : new Matrix(
              to - from,
              columns,
              Arrays.copyOfRange(linear.values(), from * columns, to * columns));
    }

    /** What changes of the linear do to its outputs. */
    double error(int columns, Changes changes, RowWorkers workers) {
      return error.of(
          to - from,
          columns,
          (kernels, row, rows, into) -> changes.write(kernels, from + row, rows, into),
          workers);
    }
  }

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
      Map<String, List<Piece>> whole = new HashMap<>();
      group
          .linears()
          .forEach(
              l ->
                  whole.put(
                      l, List.of(new Piece(0, weights.linear(l).rows(), null, null, null, 0))));
      return new RoleSearch(new NoFold(), Double.NaN, ones, null, whole, Map.of());
    }
    known.check(name, columns);
    Grid grid = grids.of(compared.get(0));
    int size = grid.groupOf(weights.name(compared.get(0)), columns);
    Map<String, List<Piece>> pieces =
        pieces(weights, group, known, size, settings, product, workers);
    try {
      List<String> names = new ArrayList<>();
      List<Matrix> linears = new ArrayList<>();
      List<OutputError> errors = new ArrayList<>();
      for (String linear : compared) {
        for (Piece piece : pieces.get(linear)) {
          names.add(linear);
          linears.add(piece.of(weights.linear(linear)));
          errors.add(piece.error());
        }
      }
      ScaleSearch.Choice best =
          new ScaleSearch(settings, grid, size, linears, known, errors, workers).best(fold);
      return new RoleSearch(
          fold,
          fold instanceof NoFold ? Double.NaN : best.alpha(),
          best.scale(),
          ScaleSearch.floats(known.meanSquare()),
          pieces,
          best.lossesOf(names));
    } catch (RuntimeException | Error e) { // nobody else knows the native memory yet
      close(pieces);
      throw e;
    }
  }

  /** What is known of the input of linears that are judged alike. */
  private record Judged(OutputError error, Matrix inputs, Matrix floats, double shrinkage) {
    Piece piece(int from, int to) {
      return new Piece(from, to, error, inputs, floats, shrinkage);
    }
  }

  /**
   * The pieces of all linears of a role; those of one kind share an error.
   *
   * @throws InputException if rows that the settings need are missing
   */
  static Map<String, List<Piece>> pieces(
      BlockWeights weights,
      RoleGroup group,
      RoleStatistics known,
      int size,
      SearchSettings settings,
      MatrixProduct product,
      RowWorkers workers) {
    Map<TokenKind, Judged> ofKinds = new EnumMap<>(TokenKind.class);
    Map<String, List<Piece>> pieces = new HashMap<>();
    String name = weights.name(group.role().key());
    Judged alike =
        known.weighs(settings.loss())
            ? null
            : judged(known, size, name, settings, Optional.empty(), product, workers);
    for (String linear : group.linears()) {
      int rows = weights.linear(linear).rows();
      List<Piece> ofLinear = new ArrayList<>();
      if (alike != null) {
        ofLinear.add(alike.piece(0, rows));
      } else {
        int from = 0;
        for (RoleGroup.Span span : group.spans().get(linear)) {
          Judged judged =
              ofKinds.computeIfAbsent(
                  span.kind(),
                  k -> judged(known, size, name, settings, Optional.of(k), product, workers));
          ofLinear.add(judged.piece(from, from + span.rows()));
          from += span.rows();
        }
      }
      pieces.put(linear, ofLinear);
    }
    return pieces;
  }

  private static Judged judged(
      RoleStatistics statistics,
      int group,
      String name,
      SearchSettings settings,
      Optional<TokenKind> kind,
      MatrixProduct product,
      RowWorkers workers) {
    boolean compensates = settings.rounding().compensates();
    Matrix inputs =
        compensates || settings.loss() == Loss.SAMPLED
            ? inputs(statistics, name, compensates, kind)
            : null;
    Matrix floats = null;
    if (settings.rounding().propagates()) {
      floats = inputs;
      inputs = statistics.rows().calibratedPropagated(statistics.meanSquare(), kind);
    }
    double shrinkage = settings.rounding().shrinkage();
    if (settings.rounding().learnsShrinkage()) {
      SampledRows rows = statistics.rows();
      shrinkage = Shrinkage.of(inputs.columns(), rows.totals(kind), rows.parts());
    }
    return new Judged(
        settings.loss() == Loss.SAMPLED
            ? new SampledError(inputs, product)
            : new DiagonalError(ScaleSearch.floats(statistics.meanSquare()), group),
        inputs,
        floats,
        shrinkage);
  }

  private static Matrix inputs(
      RoleStatistics statistics, String name, boolean compensates, Optional<TokenKind> kind) {
    SampledRows rows = statistics.rows();
    if (rows == null) {
      throw new InputException(
          Words.format(
              "%s has no sampled rows, which %s: use %s, or calibrate with rows.",
              name,
              compensates ? "compensated rounding needs" : "the sampled loss needs",
              compensates ? "--rounding nearest" : "--loss diagonal"));
    }
    double[] meanSquare = statistics.meanSquare();
    return kind.isEmpty() ? rows.calibrated(meanSquare) : rows.calibrated(meanSquare, kind.get());
  }

  /** Loss of changes of a linear, NaN where there are no statistics. */
  double error(String linear, int columns, Changes changes, RowWorkers workers) {
    double sum = 0;
    for (Piece piece : pieces.get(linear)) {
      sum += piece.error() == null ? Double.NaN : piece.error(columns, changes, workers);
    }
    return sum;
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
    close(pieces);
  }

  /** Frees what the matrix products of some pieces hold. */
  static void close(Map<String, List<Piece>> pieces) {
    Set<OutputError> errors = Collections.newSetFromMap(new IdentityHashMap<>());
    pieces.values().forEach(ofLinear -> ofLinear.forEach(piece -> errors.add(piece.error())));
    errors.remove(null);
    errors.forEach(OutputError::close);
  }
}
