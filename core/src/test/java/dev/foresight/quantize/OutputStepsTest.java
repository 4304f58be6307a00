package dev.foresight.quantize;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.foresight.quantize.fold.LinearScale;
import dev.foresight.quantize.kernel.GroupFit;
import dev.foresight.quantize.kernel.Kernels;
import dev.foresight.quantize.kernel.RowWorkers;
import dev.foresight.quantize.plan.Grid;
import dev.foresight.tensor.DType;
import dev.foresight.tensor.Matrix;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class OutputStepsTest {
  private static final JsonNode GOLDEN = Golden.read("output_steps.json");

  static Stream<JsonNode> cases() {
    return StreamSupport.stream(GOLDEN.get("cases").spliterator(), false);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void stepsZerosAndCodesEqualThoseOfNumPy(JsonNode expected) {
    Grid grid = Golden.grid(expected.get("grid"));
    Matrix weights = Golden.matrix(GOLDEN.get("weights"));
    float[] scale = Golden.floats(GOLDEN.get("scale"));
    float[] ones = new float[weights.rows()];
    Arrays.fill(ones, 1);
    Matrix scaled = new LinearScale(scale, ones).apply(weights);
    Matrix tokens = Golden.matrix(GOLDEN.get("rows"));
    int count = expected.get("tokens").intValue();
    Matrix rows = new Matrix(count, 32, Arrays.copyOf(tokens.values(), count * 32));
    try (RowWorkers workers = new RowWorkers(1);
        SampledError error = new SampledError(rows, new PlainProduct())) {
      GroupSteps steps = new OutputSteps(grid, 32, error, workers).steps(scaled, scale);
      QuantizedLinear rounded = GroupRounding.round(scaled, grid, steps, "w", workers);
      assertThat(rounded.steps()).isEqualTo(Golden.floats(expected.get("steps")));
      assertThat(rounded.zeros()).isEqualTo(Golden.bytes(expected.get("zeros")).array());
      assertThat(rounded.codes()).isEqualTo(Golden.bytes(expected.get("codes")).array());
    }
  }

  @ParameterizedTest
  @CsvSource({"2,true,96", "3,false,96", "3,true,96", "3,true,24", "4,false,24", "8,true,96"})
  void noGroupLosesToTheClipSearchAndTogetherTheyGain(int bits, boolean symmetric, int tokens) {
    Random random = new Random(20_261_122);
    Matrix weights = random(random, 50, 64);
    float[] scale = new float[64];
    Arrays.fill(scale, 1);
    Grid grid = new Grid(bits, 32, symmetric, DType.F16);
    try (RowWorkers workers = new RowWorkers(2);
        SampledError error = new SampledError(random(random, tokens, 64), new PlainProduct())) {
      GroupSteps clipped = new ClipSearch(grid, 32, error, workers).steps(weights, scale);
      GroupSteps solved = new OutputSteps(grid, 32, error, workers).steps(weights, scale);
      double[] before = errors(error, weights, grid, clipped);
      double[] after = errors(error, weights, grid, solved);
      for (int g = 0; g < before.length; g++) {
        assertThat(after[g]).isLessThanOrEqualTo(before[g]);
      }
      assertThat(Arrays.stream(after).sum()).isLessThan(Arrays.stream(before).sum());
    }
  }

  @Test
  void groupOfZerosKeepsStepOne() {
    Grid grid = new Grid(4, 2, true, DType.F16);
    Matrix weights = new Matrix(1, 4, new float[] {0, 0, 1, -1});
    try (RowWorkers workers = new RowWorkers(1);
        SampledError error = new SampledError(random(new Random(1), 9, 4), new PlainProduct())) {
      float[] scale = {1, 1, 1, 1};
      GroupSteps steps = new OutputSteps(grid, 2, error, workers).steps(weights, scale);
      assertThat(steps.steps()[0]).isEqualTo(1);
    }
  }

  private static Matrix random(Random random, int rows, int columns) {
    Matrix matrix = Matrix.zeros(rows, columns);
    for (int i = 0; i < matrix.values().length; i++) {
      matrix.values()[i] = (float) random.nextGaussian();
    }
    return matrix;
  }

  /** Sampled error of each group alone. */
  private static double[] errors(SampledError error, Matrix weights, Grid grid, GroupSteps steps) {
    float[] scale = new float[weights.columns()];
    Arrays.fill(scale, 1);
    int groups = weights.columns() / grid.group();
    double[] errors = new double[steps.steps().length];
    OutputError.Trial trial = error.trial(Kernels.open(), scale, grid.group(), 1);
    GroupFit fit = new GroupFit(grid);
    for (int g = 0; g < errors.length; g++) {
      double[] one = new double[1];
      trial.start(g % groups * grid.group());
      fit.use(steps.steps()[g], Byte.toUnsignedInt(steps.zeros()[g]));
      trial.add(weights.values(), g * grid.group(), fit);
      trial.judge(one);
      errors[g] = one[0];
    }
    return errors;
  }
}
