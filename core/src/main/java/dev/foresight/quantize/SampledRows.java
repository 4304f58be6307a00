package dev.foresight.quantize;

import dev.foresight.Words;
import dev.foresight.importance.TokenKind;
import dev.foresight.tensor.Matrix;
import java.util.Map;
import java.util.Optional;

/**
 * Activations of sampled tokens of one role.
 *
 * @param rows [n, channels], as the float model computed them
 * @param weights [n], how many tokens a row stands for; any common factor
 * @param tokens [n] each, how much a row's token counts for linears of a kind; empty where all
 *     tokens count alike
 * @param parts [n], numbers from 0 on: which part of the text a row is of, to tell what parts agree
 *     on; empty where that is not known
 * @param propagated [n, channels], what the same tokens send here when the blocks and linears
 *     before are quantized; null where that is not known
 */
@SuppressWarnings("ArrayRecordComponent") // identity is meant: rows are never compared
public record SampledRows(
    Matrix rows, float[] weights, Map<TokenKind, float[]> tokens, int[] parts, Matrix propagated) {
  /** Rows of the float model alone. */
  public SampledRows(Matrix rows, float[] weights, Map<TokenKind, float[]> tokens, int[] parts) {
    this(rows, weights, tokens, parts, null);
  }

  /** Rows of unknown parts. */
  public SampledRows(Matrix rows, float[] weights, Map<TokenKind, float[]> tokens) {
    this(rows, weights, tokens, new int[0]);
  }

  /** Rows whose tokens count alike, of unknown parts. */
  public SampledRows(Matrix rows, float[] weights) {
    this(rows, weights, Map.of());
  }

  public SampledRows {
    if (rows.rows() == 0 || weights.length != rows.rows()) {
      throw new IllegalArgumentException(
          Words.format("%d weights for %d sampled rows", weights.length, rows.rows()));
    }
    double sum = 0;
    for (float weight : weights) {
      if (!(weight >= 0)) {
        throw new IllegalArgumentException("A sampled row has weight " + weight);
      }
      sum += weight;
    }
    if (!(sum > 0 && sum < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("Sampled rows have a total weight of " + sum);
    }
    tokens.forEach((kind, ofRows) -> requireUsable(kind, ofRows, weights.length));
    if (parts.length != 0 && parts.length != weights.length) {
      throw new IllegalArgumentException(
          Words.format("%d parts for %d sampled rows", parts.length, weights.length));
    }
    if (propagated != null
        && (propagated.rows() != rows.rows() || propagated.columns() != rows.columns())) {
      throw new IllegalArgumentException("Propagated rows are of another shape");
    }
  }

  /** The same tokens, with what they send here behind what is quantized. */
  public SampledRows with(Matrix behindQuantized) {
    return new SampledRows(rows, weights, tokens, parts, behindQuantized);
  }

  private static void requireUsable(TokenKind kind, float[] tokens, int rows) {
    double sum = 0;
    for (float weight : tokens) {
      sum += weight >= 0 ? weight : Double.NaN;
    }
    if (tokens.length != rows || !(sum > 0 && sum < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          Words.format(
              "%d tokens of %s with a total weight of %s for %d rows",
              tokens.length, kind, sum, rows));
    }
  }

  /**
   * How much each row weighs in all, for linears of a kind; any common factor.
   *
   * @param kind none where tokens count alike
   */
  float[] totals(Optional<TokenKind> kind) {
    float[] totals = weights.clone();
    kind.map(tokens::get)
        .ifPresent(
            ofRows -> {
              for (int t = 0; t < totals.length; t++) {
                totals[t] *= ofRows[t];
              }
            });
    return totals;
  }

  /** Whether tokens count unequally. */
  boolean weighed() {
    return !tokens.isEmpty();
  }

  /**
   * The rows as losses of linears of a kind use them: those of {@link #calibrated(double[])}, which
   * rescales channels by all tokens alike, row t then times the root of its token's weight. So a
   * sum of squares is a mean over tokens of which each counts by its weight.
   *
   * @param meanSquare exact E[x_j²]
   * @throws IllegalArgumentException if there are no weights for this kind
   */
  Matrix calibrated(double[] meanSquare, TokenKind kind) {
    return calibrated(rows, meanSquare, Optional.of(kind));
  }

  /**
   * The propagated rows, their channels and tokens multiplied by what the float model's are, so
   * that the two can be compared.
   *
   * @throws IllegalArgumentException if there are no weights for this kind
   */
  Matrix calibratedPropagated(double[] meanSquare, Optional<TokenKind> kind) {
    return calibrated(propagated, meanSquare, kind);
  }

  /**
   * The rows as losses use them: row t times sqrt(weight_t / Σ weight), so that a sum of squares is
   * a mean over tokens, and each channel times sqrt(E[x_j²] / mean square of the sample), so that
   * the sample agrees with the exact sums. That ratio is kept in [1/8, 8]: a few rows that missed a
   * channel must not be blown up to stand for it.
   *
   * @param meanSquare exact E[x_j²]
   */
  Matrix calibrated(double[] meanSquare) {
    return calibrated(rows, meanSquare, Optional.empty());
  }

  private Matrix calibrated(Matrix values, double[] meanSquare, Optional<TokenKind> kind) {
    float[] ofTokens = kind.map(tokens::get).orElse(null);
    if (kind.isPresent() && ofTokens == null) {
      throw new IllegalArgumentException(Words.format("Tokens have no weights for %s", kind.get()));
    }
    int columns = values.columns();
    double total = total();
    double[] ratio = ratio(meanSquare, total);
    Matrix calibrated = Matrix.zeros(values.rows(), columns);
    for (int t = 0; t < weights.length; t++) {
      double share = Math.sqrt(weights[t] / total);
      double root = ofTokens == null ? 1 : Math.sqrt(ofTokens[t]);
      for (int j = 0; j < columns; j++) {
        int at = t * columns + j;
        float alike = (float) (values.values()[at] * share * ratio[j]);
        calibrated.values()[at] = ofTokens == null ? alike : (float) (alike * root);
      }
    }
    return calibrated;
  }

  private double total() {
    double total = 0;
    for (float weight : weights) {
      total += weight;
    }
    return total;
  }

  /** What each channel of the sample is multiplied by. */
  private double[] ratio(double[] meanSquare, double total) {
    int columns = rows.columns();
    double[] sampled = new double[columns];
    for (int t = 0; t < weights.length; t++) {
      for (int j = 0; j < columns; j++) {
        double x = rows.values()[t * columns + j];
        sampled[j] += weights[t] * x * x;
      }
    }
    double[] ratio = new double[columns];
    for (int j = 0; j < columns; j++) {
      double exact = Math.sqrt(meanSquare[j] * total / sampled[j]);
      ratio[j] = sampled[j] == 0 ? 1 : Math.min(8, Math.max(0.125, exact));
    }
    return ratio;
  }
}
