package dev.foresight.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.foresight.tensor.Matrix;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** w̄_j, the mean over rows of |w_ij| / (max |w| of its group + 1e-6), by hand. */
class WeightMagnitudesTest {
  private static final Offset<Double> NEAR = within(1e-6); // what is added to each maximum

  private static Matrix matrix(int columns, float... values) {
    return new Matrix(values.length / columns, columns, values);
  }

  private static void assertMeans(double[] found, double... wanted) {
    assertThat(found).hasSameSizeAs(wanted);
    for (int j = 0; j < wanted.length; j++) {
      assertThat(found[j]).as("channel %d", j).isCloseTo(wanted[j], NEAR);
    }
  }

  /** Shares of the rows: 0.5, 1 | 0, 0 and 1, 0.25 | 1, 1. */
  @Test
  void weightsAreSharesOfTheLargestOfTheirGroupWhateverItsSign() {
    Matrix weights = matrix(4, 1, -2, 0, 0, 4, 1, -3, 3);
    assertMeans(WeightMagnitudes.mean(List.of(weights), 2), 0.75, 0.625, 0.5, 0.5);
  }

  /** The same weights: 0.5, 1, 0, 0 and 1, 0.25, 0.75, 0.75. */
  @Test
  void wholeRowIsOneGroup() {
    Matrix weights = matrix(4, 1, -2, 0, 0, 4, 1, -3, 3);
    assertMeans(WeightMagnitudes.mean(List.of(weights), 4), 0.75, 0.625, 0.375, 0.375);
  }

  @Test
  void groupOfOneChannelIsFilledWhereItIsNotZero() {
    Matrix weights = matrix(2, 5, 0, 2, 7);
    assertMeans(WeightMagnitudes.mean(List.of(weights), 1), 1, 0.5);
  }

  /** One row against three: the mean is over rows, not over linears. */
  @Test
  void linearsCountByTheirRows() {
    Matrix one = matrix(2, 1, 0);
    Matrix three = matrix(2, 0, 5, 0, 5, 0, 5);
    assertMeans(WeightMagnitudes.mean(List.of(one, three), 2), 0.25, 0.75);
  }

  @Test
  void commonFactorOfALinearChangesNothing() {
    Matrix weights = matrix(2, 1, 2, 3, 1);
    Matrix louder = matrix(2, 1024, 2048, 3072, 1024);
    assertMeans(
        WeightMagnitudes.mean(List.of(louder), 2), WeightMagnitudes.mean(List.of(weights), 2));
    assertMeans(WeightMagnitudes.mean(List.of(weights), 2), 0.75, 2.0 / 3);
  }

  @Test
  void groupOfZerosFillsNothing() {
    assertThat(WeightMagnitudes.mean(List.of(matrix(2, 0, 0, 0, 0)), 2)).containsExactly(0, 0);
  }

  /** Where weights are as small as what keeps the division from 0 / 0, they count half. */
  @Test
  void groupOfTinyWeightsIsNoFullGroup() {
    double[] found = WeightMagnitudes.mean(List.of(matrix(2, 1e-6f, -1e-6f)), 2);
    assertMeans(found, 0.5, 0.5);
  }
}
