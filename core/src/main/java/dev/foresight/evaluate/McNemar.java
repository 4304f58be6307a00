package dev.foresight.evaluate;

import dev.foresight.Words;

/**
 * Two models on the same rows of a task: only the rows that one gets right and the other wrong tell
 * them apart (McNemar, Psychometrika 12, 1947; exact form).
 *
 * @param rows all of them
 * @param onlyA rows that only the first gets right
 * @param onlyB rows that only the second gets right
 */
public record McNemar(int rows, int onlyA, int onlyB) {
  public McNemar {
    if (rows < 1 || onlyA < 0 || onlyB < 0 || onlyA + onlyB > rows) {
      throw new IllegalArgumentException(
          Words.format("%d and %d of %d rows can't differ", onlyA, onlyB, rows));
    }
  }

  /**
   * @param a whether the first gets a row right
   * @param b the same of the second, in the same order
   */
  public static McNemar of(boolean[] a, boolean[] b) {
    if (a.length != b.length) {
      throw new IllegalArgumentException(
          Words.format("%d and %d rows can't be paired", a.length, b.length));
    }
    int onlyA = 0;
    int onlyB = 0;
    for (int i = 0; i < a.length; i++) {
      onlyA += a[i] && !b[i] ? 1 : 0;
      onlyB += b[i] && !a[i] ? 1 : 0;
    }
    return new McNemar(a.length, onlyA, onlyB);
  }

  /** Share of rows that the second gets right, less that of the first. */
  public double difference() {
    return (double) (onlyB - onlyA) / rows;
  }

  /** Standard error of {@link #difference}: sample standard deviation of −1, 0 and 1 over √n. */
  public double standardError() {
    if (rows < 2) {
      return 0;
    }
    double mean = difference();
    double variance = (onlyA + onlyB - rows * mean * mean) / (rows - 1);
    return Math.sqrt(variance / rows);
  }

  /**
   * How often a fair coin, thrown once for each row that tells the models apart, falls at least as
   * unevenly: two-sided exact binomial test.
   */
  public double pValue() {
    int n = onlyA + onlyB;
    int fewer = Math.min(onlyA, onlyB);
    double logTerm = -n * Math.log(2); // of C(n, k) / 2^n, from k = 0
    double tail = Math.exp(logTerm);
    for (int k = 1; k <= fewer; k++) {
      logTerm += Math.log((double) (n - k + 1) / k);
      tail += Math.exp(logTerm);
    }
    return Math.min(1, 2 * tail);
  }
}
