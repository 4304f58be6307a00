package dev.foresight.quantize;

import static org.assertj.core.api.Assertions.assertThat;

import dev.foresight.quantize.kernel.RowWorkers;
import dev.foresight.quantize.plan.Grid;
import dev.foresight.quantize.plan.Steps;
import dev.foresight.tensor.DType;
import dev.foresight.tensor.Matrix;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What each name of a choice of steps means. */
class StepRuleTest {
  private static final int ROWS = 6;
  private static final int COLUMNS = 16;
  private static final int GROUP = 8;
  private static final Grid GRID = new Grid(3, GROUP, false, DType.F32);

  private final Random random = new Random(20_261_129);
  private final Matrix weights = gaussian(ROWS, COLUMNS);
  private final float[] ones = filled(1);
  private final RowWorkers workers = new RowWorkers(1);

  @AfterEach
  void close() {
    workers.close();
  }

  private Matrix gaussian(int rows, int columns) {
    Matrix matrix = Matrix.zeros(rows, columns);
    for (int i = 0; i < matrix.values().length; i++) {
      matrix.values()[i] = (float) random.nextGaussian();
    }
    return matrix;
  }

  private static float[] filled(float value) {
    float[] values = new float[COLUMNS];
    Arrays.fill(values, value);
    return values;
  }

  private GroupSteps steps(Steps rule, OutputError error, float[] meanSquare, float[] scale) {
    return StepRule.of(rule, new StepRule.Inputs(GRID, GROUP, error, meanSquare, workers))
        .steps(weights, scale);
  }

  private static DiagonalError diagonal(float[] meanSquare) {
    return new DiagonalError(meanSquare, GROUP);
  }

  /** Asymmetric groups of 2 bits span their range and 0: -3 to 1 are 3 steps of 4 / 3. */
  @Test
  void rangeNeedsToKnowNothingOfTheInput() {
    Grid grid = new Grid(2, 2, false, DType.F32);
    GroupSteps found =
        StepRule.of(Steps.RANGE, new StepRule.Inputs(grid, 2, null, null, workers))
            .steps(new Matrix(1, 4, new float[] {-3, 1, 6, 2}), new float[] {1, 1, 1, 1});
    assertThat(found.steps()).containsExactly(4f / 3, 2);
    assertThat(found.zeros()).containsExactly(2, 0);
    assertThat(found.searched()).isZero();
  }

  /** An outlier that no input reaches: its range is given up by every rule that searches. */
  @ParameterizedTest
  @EnumSource(names = {"CLIP", "WEIGHTED", "OUTPUT"})
  void rulesThatSearchGiveUpTheRangeOfAWeightThatNothingReaches(Steps rule) {
    weights.values()[3] = 9;
    float[] meanSquare = filled(1);
    meanSquare[3] = 0;
    float whole = steps(Steps.RANGE, null, null, ones).steps()[0];
    GroupSteps found = steps(rule, diagonal(meanSquare), meanSquare, ones);
    assertThat(Math.abs(found.steps()[0])).isLessThan(0.9f * whole);
    assertThat(found.searched()).isGreaterThan(0);
  }

  /** A change of w s is one of w divided by s: powers of two, so that no bit may differ. */
  @ParameterizedTest
  @EnumSource(names = {"CLIP", "WEIGHTED", "OUTPUT"})
  void squareOfTheScaleIsTakenOutOfTheMeanSquares(Steps rule) {
    float[] meanSquare = new float[COLUMNS];
    float[] scale = new float[COLUMNS];
    float[] divided = new float[COLUMNS];
    for (int j = 0; j < COLUMNS; j++) {
      scale[j] = Math.scalb(1f, random.nextInt(-2, 3));
      meanSquare[j] = (float) Math.exp(random.nextGaussian());
      divided[j] = meanSquare[j] / (scale[j] * scale[j]);
    }
    GroupSteps found = steps(rule, diagonal(meanSquare), meanSquare, scale);
    assertThat(found.steps())
        .isEqualTo(steps(rule, diagonal(divided), divided, ones).steps())
        .isNotEqualTo(steps(rule, diagonal(meanSquare), meanSquare, ones).steps());
  }

  @Test
  void outputUnderTheDiagonalLossIsWeighted() {
    float[] meanSquare = new float[COLUMNS];
    for (int j = 0; j < COLUMNS; j++) {
      meanSquare[j] = (float) Math.exp(random.nextGaussian());
    }
    GroupSteps output = steps(Steps.OUTPUT, diagonal(meanSquare), meanSquare, ones);
    GroupSteps weighted = steps(Steps.WEIGHTED, diagonal(meanSquare), meanSquare, ones);
    assertThat(output.steps()).isEqualTo(weighted.steps());
    assertThat(output.zeros()).isEqualTo(weighted.zeros());
  }

  /** Channels that move together: steps that look at outputs leave less of ‖ΔW x‖². */
  @Test
  void outputUnderTheSampledLossMeasuresOutputs() {
    Matrix causes = gaussian(40, 3);
    Matrix mixing = gaussian(COLUMNS, 3);
    Matrix rows = new PlainProduct().timesTransposed(causes, mixing);
    float[] meanSquare = new float[COLUMNS];
    for (int i = 0; i < rows.values().length; i++) {
      meanSquare[i % COLUMNS] += rows.values()[i] * rows.values()[i];
    }
    try (SampledError error = new SampledError(rows, new PlainProduct())) {
      double range = lost(rows, steps(Steps.RANGE, error, meanSquare, ones));
      double weighted = lost(rows, steps(Steps.WEIGHTED, error, meanSquare, ones));
      double output = lost(rows, steps(Steps.OUTPUT, error, meanSquare, ones));
      assertThat(output).isLessThan(0.9 * weighted).isLessThan(0.9 * range);
    }
  }

  /** Σ_t ‖ΔW x_t‖² of a group at a time, which is what steps of single groups are chosen by. */
  private double lost(Matrix rows, GroupSteps steps) {
    float[] back = GroupRounding.round(weights, GRID, steps, "w", workers).dequantized().values();
    double lost = 0;
    for (int t = 0; t < rows.rows(); t++) {
      for (int start = 0; start < back.length; start += GROUP) {
        double y = 0;
        for (int i = start; i < start + GROUP; i++) {
          double x = rows.values()[t * COLUMNS + i % COLUMNS];
          y += (back[i] - weights.values()[i]) * x;
        }
        lost += y * y;
      }
    }
    return lost;
  }
}
