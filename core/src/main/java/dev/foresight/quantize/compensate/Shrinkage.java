package dev.foresight.quantize.compensate;

import dev.foresight.quantize.kernel.RowWorkers;
import dev.foresight.tensor.Matrix;
import dev.foresight.tensor.MatrixProduct;
import dev.foresight.tensor.MatrixProduct.Factor;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * How far the products of different channels can be trusted, from how much parts of the calibration
 * text disagree about them: λ = Σ Var(r_ij) / Σ r_ij² over i ≠ j, the share of the off-diagonal
 * products that is best taken away (Ledoit and Wolf 2004; on correlations r, towards the diagonal:
 * Schäfer and Strimmer 2005, equation 8 with target D). There tokens vary; here parts do, a shard
 * or sequence each, so that what differs between kinds of text counts as well as what few rows
 * miss.
 *
 * <p>With x_t the rows and K = X Xᵀ, all sums of squares over pairs of channels are sums of squares
 * over pairs of rows, ‖Σ_t x_t x_tᵀ‖² = ‖K‖², so nothing of the size of channels² is kept.
 */
public final class Shrinkage {
  private static final int AT_ONCE = 256; // rows of a product

  private Shrinkage() {}

  /**
   * @param rows [n, channels], each times the root of its weight, so that H = XᵀX
   * @param weights [n], any common factor
   * @param parts [n], a number of 0 … for each row: whose it is
   * @return λ in [0, 1]; 1 where fewer than two parts have rows, which say nothing of each other
   */
  public static double of(
      Matrix rows, float[] weights, int[] parts, MatrixProduct product, RowWorkers workers) {
    int[][] members = members(parts);
    double[] shares = shares(weights, members);
    double own = Arrays.stream(shares).map(p -> p * p).sum();
    if (own > 1 - 1e-9) {
      return 1;
    }
    Matrix correlated = correlated(rows);
    double[][] squares = squares(correlated, members, product, workers);
    double[][] diagonals = diagonals(correlated, members);
    double[] whole = new double[rows.columns()];
    for (double[] diagonal : diagonals) {
      for (int j = 0; j < whole.length; j++) {
        whole[j] += diagonal[j];
      }
    }
    double all = -dot(whole, whole);
    for (double[] row : squares) {
      all += Arrays.stream(row).sum();
    }
    double variance = 0;
    for (int u = 0; u < members.length; u++) {
      double with = Arrays.stream(squares[u]).sum() - dot(diagonals[u], whole);
      double alone = squares[u][u] - dot(diagonals[u], diagonals[u]);
      variance += alone - 2 * shares[u] * with + shares[u] * shares[u] * all;
    }
    return all > 0 ? Math.min(1, Math.max(0, variance / (1 - own) / all)) : 1;
  }

  private static int[][] members(int[] parts) {
    int count = Arrays.stream(parts).max().orElse(-1) + 1;
    int[][] members = new int[count][];
    for (int u = 0; u < count; u++) {
      int part = u;
      members[u] = IntStream.range(0, parts.length).filter(t -> parts[t] == part).toArray();
    }
    return members;
  }

  private static double[] shares(float[] weights, int[][] members) {
    double[] shares = new double[members.length];
    for (int u = 0; u < members.length; u++) {
      for (int t : members[u]) {
        shares[u] += weights[t];
      }
    }
    double total = Arrays.stream(shares).sum();
    return Arrays.stream(shares).map(share -> share / total).toArray();
  }

  /** The rows with every column divided by its length, so that XᵀX is 1 on the diagonal. */
  private static Matrix correlated(Matrix rows) {
    int columns = rows.columns();
    double[] length = new double[columns];
    for (int t = 0; t < rows.rows(); t++) {
      for (int j = 0; j < columns; j++) {
        double x = rows.values()[t * columns + j];
        length[j] += x * x;
      }
    }
    Matrix correlated = Matrix.zeros(rows.rows(), columns);
    for (int t = 0; t < rows.rows(); t++) {
      for (int j = 0; j < columns; j++) {
        int at = t * columns + j;
        correlated.values()[at] =
            length[j] == 0 ? 0 : (float) (rows.values()[at] / Math.sqrt(length[j]));
      }
    }
    return correlated;
  }

  /** Σ_j x_tj² of each part's rows, for each channel: the diagonal of its products. */
  private static double[][] diagonals(Matrix rows, int[][] members) {
    double[][] diagonals = new double[members.length][rows.columns()];
    for (int u = 0; u < members.length; u++) {
      for (int t : members[u]) {
        for (int j = 0; j < rows.columns(); j++) {
          double x = rows.values()[t * rows.columns() + j];
          diagonals[u][j] += x * x;
        }
      }
    }
    return diagonals;
  }

  /** Σ (x_s · x_t)² over the rows s of one part and t of another, for each two parts. */
  private static double[][] squares(
      Matrix rows, int[][] members, MatrixProduct product, RowWorkers workers) {
    double[][] squares = new double[members.length][members.length];
    int columns = rows.columns();
    try (Factor left = product.left(rows)) {
      for (int u = 0; u < members.length; u++) {
        int[] own = members[u];
        double[] found =
            own.length == 0
                ? new double[members.length]
                : workers.sum(
                    own.length,
                    AT_ONCE,
                    (kernels, from, count) -> {
                      float[] some = new float[count * columns];
                      for (int i = 0; i < count; i++) {
                        System.arraycopy(
                            rows.values(), own[from + i] * columns, some, i * columns, columns);
                      }
                      float[] products = new float[rows.rows() * count];
                      left.times(some, count, products);
                      double[] sums = new double[members.length];
                      for (int v = 0; v < members.length; v++) {
                        for (int t : members[v]) {
                          sums[v] += kernels.dot(products, t * count, products, t * count, count);
                        }
                      }
                      return sums;
                    });
        for (int v = 0; v < members.length; v++) {
          squares[v][u] = found[v];
        }
      }
    }
    return squares;
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int j = 0; j < a.length; j++) {
      sum += a[j] * b[j];
    }
    return sum;
  }
}
