package dev.foresight.quantize;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
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

class WeightedStepsTest {
  private static final JsonNode GOLDEN = Golden.read("steps.json");

  static Stream<JsonNode> cases() {
    return StreamSupport.stream(GOLDEN.get("cases").spliterator(), false);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void stepsZerosAndCodesEqualThoseOfNumPy(JsonNode expected) {
    Grid grid = Golden.grid(expected.get("grid"));
    Matrix weights = Golden.matrix(GOLDEN.get("weights"));
    float[] meanSquare = ScaleSearch.floats(Golden.doubles(GOLDEN.get("mean_square")));
    try (RowWorkers workers = new RowWorkers(1)) {
      GroupSteps steps = new WeightedSteps(grid, 32, meanSquare, workers).steps(weights);
      QuantizedLinear rounded = GroupRounding.round(weights, grid, steps, "w", workers);
      assertThat(rounded.steps()).isEqualTo(Golden.floats(expected.get("steps")));
      assertThat(rounded.zeros()).isEqualTo(Golden.bytes(expected.get("zeros")).array());
      assertThat(rounded.codes()).isEqualTo(Golden.bytes(expected.get("codes")).array());
    }
  }

  @ParameterizedTest
  @CsvSource({"2,true", "3,false", "3,true", "4,false", "8,true"})
  void noGroupLosesToTheStepOfItsRange(int bits, boolean symmetric) {
    Random random = new Random(20_261_122);
    Matrix weights = Matrix.zeros(50, 64);
    float[] meanSquare = new float[64];
    for (int i = 0; i < weights.values().length; i++) {
      weights.values()[i] = (float) random.nextGaussian();
      meanSquare[i % 64] = (float) Math.exp(random.nextGaussian());
    }
    Grid grid = new Grid(bits, 32, symmetric, DType.F16);
    try (RowWorkers workers = new RowWorkers(1)) {
      double[] plain = errors(weights, GroupRounding.round(weights, grid, "w"), meanSquare);
      GroupSteps steps = new WeightedSteps(grid, 32, meanSquare, workers).steps(weights);
      double[] searched =
          errors(weights, GroupRounding.round(weights, grid, steps, "w", workers), meanSquare);
      for (int g = 0; g < plain.length; g++) {
        assertThat(searched[g]).isLessThanOrEqualTo(plain[g] * (1 + 1e-5));
      }
      assertThat(Arrays.stream(searched).sum()).isLessThan(0.97 * Arrays.stream(plain).sum());
      assertThat(steps.searched()).isGreaterThan(0.5);
    }
  }

  @Test
  void weightThatNoInputReachesDoesNotWidenTheStep() {
    Matrix weights = new Matrix(1, 4, new float[] {1.5f, 0.25f, -0.5f, 0.75f});
    Grid grid = new Grid(3, 4, false, DType.F32);
    try (RowWorkers workers = new RowWorkers(1)) {
      float[] meanSquare = {0, 1, 1, 1};
      GroupSteps steps = new WeightedSteps(grid, 4, meanSquare, workers).steps(weights);
      assertThat(Math.abs(steps.steps()[0])).isLessThan(2f / 7 * 0.95f);
    }
  }

  @Test
  void groupOfZerosOrOfNoImportanceKeepsTheStepOfItsRange() {
    Grid grid = new Grid(4, 2, true, DType.F16);
    Matrix weights = new Matrix(2, 2, new float[] {0, 0, 1, -1});
    try (RowWorkers workers = new RowWorkers(1)) {
      GroupSteps steps = new WeightedSteps(grid, 2, new float[2], workers).steps(weights);
      assertThat(steps.steps()).containsExactly(1, 0.125f);
      assertThat(steps.searched()).isZero();
    }
  }

  /** Σ m (Q(w) - w)² of each group. */
  private static double[] errors(Matrix weights, QuantizedLinear rounded, float[] meanSquare) {
    float[] back = rounded.dequantized().values();
    double[] errors = new double[back.length / rounded.group()];
    for (int i = 0; i < back.length; i++) {
      double change = back[i] - weights.values()[i];
      errors[i / rounded.group()] += meanSquare[i % weights.columns()] * change * change;
    }
    return errors;
  }
}
