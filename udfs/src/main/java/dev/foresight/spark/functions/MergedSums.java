package dev.foresight.spark.functions;

import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.sketch.ChannelSums;
import dev.foresight.sketch.Sums;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;

/**
 * Sums over tokens of one block and role, as {@code foresight_merge} returns them.
 *
 * @param tokens T
 * @param sumAbs Σ|x|, one a channel, like the others
 * @param sumSquare Σx²
 * @param maxAbs max|x|
 */
@SuppressWarnings("ArrayRecordComponent") // read out and dropped, never compared
record MergedSums(long tokens, double[] sumAbs, double[] sumSquare, float[] maxAbs) {
  /** Columns as in a store's table of sums. */
  static final StructType TYPE =
      StructType.fromDDL(
          "tokens BIGINT NOT NULL, sum_abs ARRAY<DOUBLE> NOT NULL, sum ARRAY<DOUBLE> NOT NULL,"
              + " sum_square ARRAY<DOUBLE> NOT NULL, max_abs ARRAY<FLOAT> NOT NULL");

  /**
   * @param function for the message
   * @param value a row with these columns, and maybe others
   * @throws InputException if it is none
   */
  static MergedSums of(String function, Object value) {
    if (!(value instanceof Row row)
        || row.schema() == null
        || !Arrays.asList(row.schema().fieldNames())
            .containsAll(Arrays.asList(TYPE.fieldNames()))) {
      throw new InputException(
          Words.format(
              "%s takes what foresight_merge returns, or a struct with the columns %s.",
              function, String.join(", ", TYPE.fieldNames())));
    }
    return new MergedSums(
        row.getLong(row.fieldIndex("tokens")),
        doubles(row, Sums.SUM_ABS),
        doubles(row, Sums.SUM_SQUARE),
        floats(row, Sums.MAX_ABS));
  }

  static double[] doubles(Row row, String column) {
    List<Double> values = row.getList(row.fieldIndex(column));
    return values.stream().mapToDouble(Double::doubleValue).toArray();
  }

  static float[] floats(Row row, String column) {
    List<Float> values = row.getList(row.fieldIndex(column));
    float[] floats = new float[values.size()];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = values.get(i);
    }
    return floats;
  }

  static Row row(ChannelSums sums) {
    return RowFactory.create(
        sums.tokens(), sums.sumAbs(), sums.sum(), sums.sumSquare(), sums.maxAbs());
  }

  /** Σ|x| / T, null where no token was seen. */
  double[] meanAbs() {
    return divided(sumAbs);
  }

  /** Σx² / T, null where no token was seen. */
  double[] meanSquare() {
    return divided(sumSquare);
  }

  private double[] divided(double[] sums) {
    return tokens == 0 ? null : Arrays.stream(sums).map(sum -> sum / tokens).toArray();
  }

  /** Σ|a − b| / Σ(a + b)/2 over mean |x|, null where either has seen no token. */
  Double distance(MergedSums other) {
    if (sumAbs.length != other.sumAbs.length) {
      throw new InputException(
          Words.format(
              "foresight_distance: %d channels can't be compared with %d: join by block and role.",
              sumAbs.length, other.sumAbs.length));
    }
    double[] a = meanAbs();
    double[] b = other.meanAbs();
    if (a == null || b == null) {
      return null;
    }
    double apart = 0;
    double mean = 0;
    for (int j = 0; j < a.length; j++) {
      apart += Math.abs(a[j] - b[j]);
      mean += (a[j] + b[j]) / 2;
    }
    return mean == 0 ? 0.0 : apart / mean;
  }
}
