package dev.foresight.quantize.compensate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foresight.InputException;
import dev.foresight.quantize.GroupRounding;
import dev.foresight.quantize.PlainProduct;
import dev.foresight.quantize.QuantizedLinear;
import dev.foresight.quantize.kernel.Kernels;
import dev.foresight.quantize.kernel.RowWorkers;
import dev.foresight.quantize.plan.Grid;
import dev.foresight.quantize.plan.SymmetricStep;
import dev.foresight.tensor.DType;
import dev.foresight.tensor.Matrix;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What compensation promises, on random weights and correlated rows. */
class CompensationTest {
  private static final int COLUMNS = 144; // a block and a part of one
  private final Random random = new Random(20_261_122);

  static Stream<Grid> grids() {
    return Stream.of(
        new Grid(2, 16, true, DType.F16),
        new Grid(3, 48, true, DType.F16, 0, SymmetricStep.NARROW),
        new Grid(3, 9, false, DType.F16),
        new Grid(4, 48, false, DType.F16, 1),
        new Grid(3, 0, true, DType.BF16),
        new Grid(8, 16, false, DType.F32));
  }

  private Matrix gaussian(int rows, int columns) {
    Matrix matrix = Matrix.zeros(rows, columns);
    for (int i = 0; i < matrix.values().length; i++) {
      matrix.values()[i] = (float) random.nextGaussian();
    }
    return matrix;
  }

  /** Rows whose channels share a few causes. */
  private Matrix correlated(int rows) {
    Matrix causes = gaussian(rows, 6);
    Matrix mixing = gaussian(COLUMNS, 6);
    Matrix mixed = new PlainProduct().timesTransposed(causes, mixing);
    Matrix own = gaussian(rows, COLUMNS);
    for (int i = 0; i < mixed.values().length; i++) {
      mixed.values()[i] += 0.5f * own.values()[i];
    }
    return mixed;
  }

  private static float[] ones(int count) {
    float[] ones = new float[count];
    Arrays.fill(ones, 1);
    return ones;
  }

  private static Products products(Matrix rows, double shrinkage) {
    return Products.of(rows, ones(rows.columns()), shrinkage, new PlainProduct(), "x");
  }

  private static QuantizedLinear compensated(
      Matrix rows, double shrinkage, QuantizedLinear nearest, Matrix weights, int refits) {
    return compensated(rows, shrinkage, nearest, weights, refits, 1);
  }

  private static QuantizedLinear compensated(
      Matrix rows,
      double shrinkage,
      QuantizedLinear nearest,
      Matrix weights,
      int refits,
      int threads) {
    float[] steps = nearest.steps().clone();
    try (RowWorkers workers = new RowWorkers(threads);
        Compensation compensation =
            new Compensation(
                rows,
                ones(rows.columns()),
                shrinkage,
                new PlainProduct(),
                workers,
                "model.mlp_input")) {
      byte[] codes =
          compensation.round(
              weights, nearest.grid(), nearest.group(), steps, nearest.zeros(), refits, workers);
      return new QuantizedLinear(
          weights.rows(),
          weights.columns(),
          nearest.group(),
          nearest.grid(),
          codes,
          steps,
          nearest.zeros());
    }
  }

  private static double loss(Products products, Matrix weights, QuantizedLinear rounded) {
    float[] errors = rounded.dequantized().values();
    for (int i = 0; i < errors.length; i++) {
      errors[i] = weights.values()[i] - errors[i];
    }
    return products.loss(Kernels.open(), errors);
  }

  @ParameterizedTest
  @MethodSource("grids")
  void lossIsBelowThatOfNearestCodesAndRefitsLowerIt(Grid grid) {
    Matrix weights = gaussian(40, COLUMNS);
    Matrix rows = correlated(300);
    Products products = products(rows, 0.1);
    QuantizedLinear nearest = GroupRounding.round(weights, grid, "w");
    double once = loss(products, weights, compensated(rows, 0.1, nearest, weights, 0));
    double refitted = loss(products, weights, compensated(rows, 0.1, nearest, weights, 2));
    assertThat(once).isLessThan(0.7 * loss(products, weights, nearest));
    assertThat(refitted).isLessThan(grid.bits() == 8 ? 1.01 * once : once);
  }

  @ParameterizedTest
  @MethodSource("grids")
  void neitherDescentNorRefitRaisesTheLoss(Grid grid) {
    Matrix weights = gaussian(24, COLUMNS);
    Products products = products(correlated(200), 0.2);
    QuantizedLinear nearest = GroupRounding.round(weights, grid, "w");
    RowChunk chunk =
        new RowChunk(weights, grid, nearest.group(), 0, 24, nearest.steps(), nearest.zeros());
    int[] order = products.order();
    Kernels kernels = Kernels.open();
    try (RowWorkers workers = new RowWorkers(1);
        Triangle triangle = new Triangle(products, order, new PlainProduct(), workers, "x");
        Refit refit = new Refit(products, nearest.group(), new PlainProduct())) {
      new Feedback(triangle, order).round(chunk, kernels.rounding());
      double before = products.loss(kernels, chunk.errors());
      new Descent(products).descend(chunk, kernels.rounding());
      double descended = products.loss(kernels, chunk.errors());
      assertThat(descended).isLessThan(before);
      refit.refit(chunk, kernels);
      assertThat(products.loss(kernels, chunk.errors())).isLessThan(descended);
    }
  }

  @ParameterizedTest
  @MethodSource("grids")
  void withoutAnyProductOfTwoChannelsCodesAreTheNearest(Grid grid) {
    Matrix weights = gaussian(40, COLUMNS);
    QuantizedLinear nearest = GroupRounding.round(weights, grid, "w");
    assertThat(compensated(correlated(300), 1, nearest, weights, 0).codes())
        .isEqualTo(nearest.codes());
  }

  @ParameterizedTest
  @MethodSource("grids")
  void bitsDoNotDependOnTheNumberOfThreads(Grid grid) {
    Matrix weights = gaussian(300, COLUMNS); // three chunks
    Matrix rows = correlated(100);
    QuantizedLinear nearest = GroupRounding.round(weights, grid, "w");
    QuantizedLinear one = compensated(rows, 0.3, nearest, weights, 1, 1);
    for (int threads = 2; threads <= 3; threads++) {
      QuantizedLinear shared = compensated(rows, 0.3, nearest, weights, 1, threads);
      assertThat(shared.codes()).isEqualTo(one.codes());
      assertThat(shared.steps()).isEqualTo(one.steps());
    }
  }

  @Test
  void rowsAreRoundedEachByItself() {
    Matrix weights = gaussian(130, COLUMNS);
    Matrix rows = correlated(100);
    Grid grid = new Grid(3, 16, true, DType.F16);
    QuantizedLinear all =
        compensated(rows, 0.3, GroupRounding.round(weights, grid, "w"), weights, 1);
    Matrix last =
        new Matrix(1, COLUMNS, Arrays.copyOfRange(weights.values(), 129 * COLUMNS, 130 * COLUMNS));
    QuantizedLinear alone = compensated(rows, 0.3, GroupRounding.round(last, grid, "w"), last, 1);
    assertThat(alone.codes())
        .isEqualTo(Arrays.copyOfRange(all.codes(), 129 * COLUMNS, 130 * COLUMNS));
  }

  @Test
  void groupOfZerosStaysZeroAndKeepsItsStep() {
    Matrix weights = gaussian(3, COLUMNS);
    Arrays.fill(weights.values(), 16, 32, 0);
    Arrays.fill(weights.values(), COLUMNS, 2 * COLUMNS, 0); // a row of zeros
    for (boolean symmetric : new boolean[] {true, false}) {
      for (int i = 0; i < weights.values().length; i++) {
        weights.values()[i] *= 0.05f; // step 1 is far above them
      }
      QuantizedLinear nearest =
          GroupRounding.round(weights, new Grid(3, 16, symmetric, DType.F16), "w");
      QuantizedLinear rounded = compensated(correlated(100), 0.1, nearest, weights, 2);
      assertThat(rounded.steps()[1]).isEqualTo(1);
      assertThat(Arrays.copyOfRange(rounded.dequantized().values(), 16, 32)).containsOnly(0);
      assertThat(Arrays.copyOfRange(rounded.dequantized().values(), COLUMNS, 2 * COLUMNS))
          .containsOnly(0);
    }
  }

  @Test
  void stepOfZeroLeavesItsGroupZeroAndTheOthersSound() {
    Matrix weights = gaussian(2, COLUMNS);
    Grid grid = new Grid(3, 16, true, DType.F16);
    QuantizedLinear nearest = GroupRounding.round(weights, grid, "w");
    nearest.steps()[2] = 0;
    QuantizedLinear rounded = compensated(correlated(100), 0.1, nearest, weights, 1);
    float[] values = rounded.dequantized().values();
    assertThat(Arrays.copyOfRange(values, 32, 48)).containsOnly(0f, -0f);
    for (float step : rounded.steps()) {
      assertThat(step).isFinite();
    }
    assertThat(rounded.codes()).isNotEqualTo(nearest.codes());
  }

  @Test
  void channelThatIsAlwaysZeroIsRoundedToTheNearest() {
    Matrix weights = gaussian(5, COLUMNS);
    Matrix rows = correlated(100);
    for (int t = 0; t < rows.rows(); t++) {
      rows.values()[t * COLUMNS + 7] = 0;
    }
    QuantizedLinear nearest = GroupRounding.round(weights, new Grid(3, 16, true, DType.F16), "w");
    QuantizedLinear rounded = compensated(rows, 0, nearest, weights, 0);
    for (int i = 0; i < 5; i++) {
      assertThat(rounded.codes()[i * COLUMNS + 7]).isEqualTo(nearest.codes()[i * COLUMNS + 7]);
    }
  }

  @Test
  void roleThatIsNeverActiveIsRoundedToTheNearest() {
    Matrix weights = gaussian(5, COLUMNS);
    QuantizedLinear nearest = GroupRounding.round(weights, new Grid(3, 16, true, DType.F16), "w");
    Matrix rows = Matrix.zeros(4, COLUMNS);
    assertThat(compensated(rows, 0, nearest, weights, 0).codes()).isEqualTo(nearest.codes());
  }

  @Test
  void rowsThatOverflowAreRefused() {
    Matrix weights = gaussian(5, COLUMNS);
    Matrix rows = correlated(10);
    rows.values()[3] = Float.POSITIVE_INFINITY;
    QuantizedLinear nearest = GroupRounding.round(weights, new Grid(3, 16, true, DType.F16), "w");
    assertThatThrownBy(() -> compensated(rows, 0, nearest, weights, 0))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("model.mlp_input")
        .hasMessageContaining("calibrate again");
  }
}
