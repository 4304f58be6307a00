package dev.foresight.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.foresight.quantize.kernel.GroupFit;
import dev.foresight.quantize.kernel.PlainKernels;
import dev.foresight.quantize.kernel.RowWorkers;
import dev.foresight.quantize.plan.Grid;
import dev.foresight.tensor.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Σ_ij E[x_j²] ΔW_ij², by hand. */
class DiagonalErrorTest {
  private static final float[] MEAN_SQUARE = {1, 4, 0.25f, 2};
  private static final float[] CHANGES = {1, 0, 2, -1, 0, 3, 0, 0.5f};

  private static double of(DiagonalError error, int threads, int rows, int columns, float[] all) {
    try (RowWorkers workers = new RowWorkers(threads)) {
      return error.of(
          rows,
          columns,
          (kernels, from, count, into) ->
              System.arraycopy(all, from * columns, into, 0, count * columns),
          workers);
    }
  }

  /** 1 + 4 · 0.25 + 1 · 2 = 4 and 9 · 4 + 0.25 · 2 = 36.5, however the row is cut. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4})
  void squareOfAChangeCountsByTheMeanSquareOfItsChannel(int group) {
    assertThat(of(new DiagonalError(MEAN_SQUARE, group), 1, 2, 4, CHANGES)).isEqualTo(40.5);
  }

  @Test
  void changeOfAChannelThatIsAlwaysZeroCostsNothing() {
    float[] changes = {0, 0, 0, 1e9f};
    assertThat(of(new DiagonalError(new float[] {1, 1, 1, 0}, 4), 1, 1, 4, changes)).isZero();
  }

  @Test
  void changeThatIsNoNumberIsALossThatIsNone() {
    float[] changes = {0, Float.NaN, 0, 0, 0, 0, 0, 0};
    assertThat(of(new DiagonalError(MEAN_SQUARE, 2), 1, 2, 4, changes)).isNaN();
  }

  /** 4096² is 2^24, from where on fp32 knows even numbers only. */
  @Test
  void sumsAreOfFp32WithinAGroupAndOfFp64Beyond() {
    float[] changes = {4096, 1};
    float[] ones = {1, 1};
    assertThat(of(new DiagonalError(ones, 2), 1, 1, 2, changes)).isEqualTo(16_777_216);
    assertThat(of(new DiagonalError(ones, 1), 1, 1, 2, changes)).isEqualTo(16_777_217);
  }

  /** Σ i² for i below 70 is 69 · 70 · 139 / 6. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void rowsOfAllChunksAreAddedWhateverTheNumberOfThreads(int threads) {
    float[] changes = new float[140];
    for (int i = 0; i < 70; i++) {
      changes[2 * i + i % 2] = i;
    }
    assertThat(of(new DiagonalError(new float[] {1, 1}, 2), threads, 70, 2, changes))
        .isEqualTo(111_895);
  }

  @Test
  void changeOfAScaledWeightCountsBySquareOfTheInverseScale() {
    float[] scale = {2, 0.5f, 1, 4};
    assertThat(new DiagonalError(MEAN_SQUARE, 4).perScaled(scale))
        .containsExactly(0.25f, 16, 0.25f, 0.125f);
  }

  /**
   * Weights w s, of which step 0.5 makes 0.5, -1 | 0, 2 and step 0.25 makes 0.5, -1 | 0.25, 1.75:
   * with 4 bits its codes end at 7. A change of w s weighs E[x²] / s²: 1, 1 | 0.25, 2.
   */
  private static final float[] SCALED = {0.625f, -1.125f, 0.25f, 2};

  private static final float[] SCALE = {1, 2, 1, 1};

  private final GroupFit fit = new GroupFit(new Grid(4, 2, true, DType.F32));

  private OutputError.Trial trial(int most) {
    return new DiagonalError(MEAN_SQUARE, 2).trial(new PlainKernels(), SCALE, 2, most);
  }

  private void add(OutputError.Trial trial, int at, float step) {
    fit.use(step, 8);
    trial.add(SCALED, at, fit);
  }

  @Test
  void waysToRoundAGroupAreJudgedInTheOrderInWhichTheyWereAdded() {
    OutputError.Trial trial = trial(2);
    double[] errors = new double[2];
    trial.start(2);
    add(trial, 2, 0.5f);
    add(trial, 2, 0.25f);
    trial.judge(errors);
    assertThat(errors).containsExactly(0.25 * 0.0625, 2 * 0.0625);
  }

  @Test
  void groupIsWeighedByTheChannelsThatItBeginsWith() {
    OutputError.Trial trial = trial(1);
    double[] errors = new double[1];
    trial.start(0);
    add(trial, 0, 0.5f);
    trial.judge(errors);
    assertThat(errors[0]).isEqualTo(2 * 0.015625);
    trial.start(0); // the same channels of another row, which here are the values of the second
    add(trial, 2, 0.5f);
    trial.judge(errors);
    assertThat(errors[0]).isCloseTo(0.0625, within(1e-9));
  }

  @Test
  void startForgetsTheWaysBefore() {
    OutputError.Trial trial = trial(2);
    double[] errors = {-1, -1};
    trial.start(0);
    add(trial, 0, 0.5f);
    add(trial, 0, 0.25f);
    trial.start(2);
    add(trial, 2, 0.5f);
    trial.judge(errors);
    assertThat(errors).containsExactly(0.25 * 0.0625, -1);
  }
}
