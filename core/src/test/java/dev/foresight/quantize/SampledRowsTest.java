package dev.foresight.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.foresight.importance.TokenKind;
import dev.foresight.quantize.ScaleCandidates.Candidate;
import dev.foresight.quantize.kernel.GroupFit;
import dev.foresight.quantize.kernel.Kernels;
import dev.foresight.quantize.kernel.PlainKernels;
import dev.foresight.quantize.kernel.RowWorkers;
import dev.foresight.quantize.plan.Grid;
import dev.foresight.tensor.DType;
import dev.foresight.tensor.Matrix;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SampledRowsTest {
  @Test
  void sumOfSquaresOfACalibratedChannelIsItsExactMeanSquare() {
    SampledRows rows =
        new SampledRows(new Matrix(2, 2, new float[] {1, 10, 2, 20}), new float[] {3, 1});
    float[] calibrated = rows.calibrated(new double[] {1, 400}).values();
    assertThat(square(calibrated[0]) + square(calibrated[2])).isCloseTo(1, within(1e-6));
    assertThat(square(calibrated[1]) + square(calibrated[3])).isCloseTo(400, within(1e-4));
  }

  @Test
  void ratioStaysBetweenAnEighthAndEight() {
    SampledRows rows = new SampledRows(new Matrix(1, 2, new float[] {1, 1}), new float[] {5});
    assertThat(rows.calibrated(new double[] {1e6, 1e-6}).values()).containsExactly(8, 0.125f);
  }

  @Test
  void channelThatNoRowSawStaysZero() {
    SampledRows rows = new SampledRows(new Matrix(1, 2, new float[] {0, 1}), new float[] {1});
    assertThat(rows.calibrated(new double[] {4, 1}).values()).containsExactly(0, 1);
  }

  @Test
  void commonFactorOfTheWeightsChangesNothing() {
    Matrix x = new Matrix(2, 1, new float[] {1, 3});
    assertThat(new SampledRows(x, new float[] {4, 12}).calibrated(new double[] {7}).values())
        .isEqualTo(new SampledRows(x, new float[] {1, 3}).calibrated(new double[] {7}).values());
  }

  @ParameterizedTest
  @ValueSource(floats = {-1, 0, Float.NaN, Float.POSITIVE_INFINITY})
  void weightsMustSumToSomething(float weight) {
    assertThatThrownBy(() -> new SampledRows(Matrix.zeros(1, 4), new float[] {weight}))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** Rescaled by both rows alike: (3·1 + 1·4) / 4 = 1.75 becomes 7, so x doubles; then √w a row. */
  @Test
  void weightsOfTokensComeAfterTheChannelsAreRescaled() {
    SampledRows rows =
        new SampledRows(
            new Matrix(2, 1, new float[] {1, 2}),
            new float[] {3, 1},
            Map.of(TokenKind.QUERY, new float[] {0, 1}, TokenKind.KEY_VALUE, new float[] {4, 9}));
    double[] meanSquare = {7};
    float[] alike = rows.calibrated(meanSquare).values();
    assertThat(alike).containsExactly((float) (2 * Math.sqrt(0.75)), 2);
    assertThat(rows.calibrated(meanSquare, TokenKind.QUERY).values()).containsExactly(0, 2);
    assertThat(rows.calibrated(meanSquare, TokenKind.KEY_VALUE).values())
        .containsExactly(2 * alike[0], 6);
    assertThatThrownBy(() -> rows.calibrated(meanSquare, TokenKind.RESIDUAL_MLP))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(floats = {-1, 0, Float.NaN, Float.POSITIVE_INFINITY})
  void weightsOfTokensMustSumToSomething(float weight) {
    Map<TokenKind, float[]> tokens = Map.of(TokenKind.QUERY, new float[] {weight});
    assertThatThrownBy(() -> new SampledRows(Matrix.zeros(1, 4), new float[] {1}, tokens))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** More rows than channels go through their products, fewer do not; both are Σ (x · δ)². */
  @ParameterizedTest
  @ValueSource(ints = {3, 8, 40})
  void errorOfAGroupIsTheErrorOfTheWholeWhereOnlyTheGroupChanges(int count) {
    Random random = new Random(count);
    Matrix rows = Matrix.zeros(count, 24);
    for (int i = 0; i < rows.values().length; i++) {
      rows.values()[i] = (float) random.nextGaussian();
    }
    Matrix weights = Matrix.zeros(5, 24);
    for (int i = 0; i < weights.values().length; i++) {
      weights.values()[i] = (float) random.nextGaussian();
    }
    float[] scale = Candidate.identity(24).scale();
    GroupFit fit = new GroupFit(new Grid(3, 8, false, DType.F32));
    Kernels kernels = new PlainKernels();
    double[] ofGroup = new double[5];
    try (SampledError error = new SampledError(rows, new PlainProduct());
        RowWorkers workers = new RowWorkers(1)) {
      OutputError.Trial trial = error.trial(kernels, scale, 8, 5);
      trial.start(8);
      Matrix changes = Matrix.zeros(5, 24);
      for (int i = 0; i < 5; i++) {
        int at = i * 24 + 8;
        fit.fit(kernels.range(weights.values(), at, 8));
        trial.add(weights.values(), at, fit);
        kernels.changes(weights.values(), at, scale, 8, 8, fit, changes.values(), at);
      }
      trial.judge(ofGroup);
      for (int i = 0; i < 5; i++) {
        int row = i;
        double expected =
            error.of(
                1,
                24,
                (k, from, n, into) -> System.arraycopy(changes.values(), row * 24, into, 0, 24),
                workers);
        assertThat(ofGroup[i]).isCloseTo(expected, within(1e-5 * expected));
      }
    }
  }

  private static double square(float value) {
    return (double) value * value;
  }
}
