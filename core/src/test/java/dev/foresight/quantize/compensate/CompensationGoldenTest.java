package dev.foresight.quantize.compensate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.foresight.quantize.Golden;
import dev.foresight.quantize.PlainProduct;
import dev.foresight.quantize.fold.LinearScale;
import dev.foresight.quantize.kernel.Kernels;
import dev.foresight.quantize.kernel.RowWorkers;
import dev.foresight.quantize.plan.Grid;
import dev.foresight.tensor.Matrix;
import java.util.Arrays;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Against NumPy in float64 (core/src/test/python/compensation_reference.py), code by code. */
class CompensationGoldenTest {
  private static final JsonNode GOLDEN = Golden.read("compensation.json");
  private static final Matrix TOKENS = Golden.matrix(GOLDEN.get("tokens"));

  static Stream<JsonNode> cases() {
    return StreamSupport.stream(GOLDEN.get("cases").spliterator(), false);
  }

  private static float[] scale(JsonNode expected) {
    float[] ones = new float[TOKENS.columns()];
    Arrays.fill(ones, 1);
    return expected.get("scaled").booleanValue() ? Golden.floats(GOLDEN.get("scale")) : ones;
  }

  /** The rows of the case, scaled. */
  private static Matrix weights(JsonNode expected) {
    Matrix all = Golden.matrix(GOLDEN.get("weights"));
    Matrix chosen = Matrix.zeros(expected.get("rows").size(), all.columns());
    for (int i = 0; i < chosen.rows(); i++) {
      int from = expected.get("rows").get(i).intValue() * all.columns();
      System.arraycopy(all.values(), from, chosen.values(), i * all.columns(), all.columns());
    }
    float[] ones = new float[chosen.rows()];
    Arrays.fill(ones, 1);
    return new LinearScale(scale(expected), ones).apply(chosen);
  }

  private static int group(JsonNode expected) {
    return Golden.grid(expected.get("grid")).groupOf("w", TOKENS.columns());
  }

  private static Products products(JsonNode expected) {
    return Products.of(
        TOKENS, scale(expected), expected.get("shrinkage").doubleValue(), new PlainProduct(), "x");
  }

  @ParameterizedTest
  @MethodSource("cases")
  void codesOfErrorFeedbackAreThoseOfGptqByTheInverse(JsonNode expected) {
    Matrix weights = weights(expected);
    Grid grid = Golden.grid(expected.get("grid"));
    Products products = products(expected);
    int[] order = products.order();
    float[] steps = Golden.floats(expected.get("steps"));
    byte[] zeros = Golden.bytes(expected.get("zeros")).array();
    RowChunk chunk = new RowChunk(weights, grid, group(expected), 0, weights.rows(), steps, zeros);
    try (RowWorkers workers = new RowWorkers(1);
        Triangle triangle = new Triangle(products, order, new PlainProduct(), workers, "x")) {
      new Feedback(triangle, order).round(chunk, Kernels.open().rounding());
    }
    byte[] codes = new byte[weights.values().length];
    chunk.codes(codes, 0);
    assertThat(codes).isEqualTo(Golden.bytes(expected.get("feedback_codes")).array());
  }

  @ParameterizedTest
  @MethodSource("cases")
  void codesAndStepsAfterDescentAndRefitsEqualThoseOfNumPy(JsonNode expected) {
    Matrix weights = weights(expected);
    Grid grid = Golden.grid(expected.get("grid"));
    byte[] zeros = Golden.bytes(expected.get("zeros")).array();
    double shrinkage = expected.get("shrinkage").doubleValue();
    try (RowWorkers workers = new RowWorkers(1);
        Compensation compensation =
            new Compensation(
                TOKENS, scale(expected), shrinkage, new PlainProduct(), workers, "x")) {
      for (int refits = 0; refits <= 2; refits++) {
        float[] steps = Golden.floats(expected.get("steps"));
        byte[] codes =
            compensation.round(weights, grid, group(expected), steps, zeros, refits, workers);
        assertThat(codes)
            .as("%d refits", refits)
            .isEqualTo(Golden.bytes(expected.get("codes_" + refits)).array());
        assertThat(steps).isEqualTo(Golden.floats(expected.get("steps_" + refits)));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void lossOfTheResultIsThatOfNumPy(JsonNode expected) {
    Matrix weights = weights(expected);
    float[] steps = Golden.floats(expected.get("steps_2"));
    byte[] codes = Golden.bytes(expected.get("codes_2")).array();
    byte[] zeros = Golden.bytes(expected.get("zeros")).array();
    float[] errors = new float[codes.length];
    for (int i = 0; i < errors.length; i++) {
      int g = i / group(expected);
      int level = Byte.toUnsignedInt(codes[i]) - Byte.toUnsignedInt(zeros[g]);
      errors[i] = weights.values()[i] - level * steps[g];
    }
    assertThat(products(expected).loss(Kernels.open(), errors))
        .isCloseTo(expected.get("loss").doubleValue(), Percentage.withPercentage(0.01));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void residualThatFeedbackLeavesIsThatOfItsErrors(JsonNode expected) {
    Matrix weights = weights(expected);
    Products products = products(expected);
    int[] order = products.order();
    RowChunk chunk =
        new RowChunk(
            weights,
            Golden.grid(expected.get("grid")),
            group(expected),
            0,
            weights.rows(),
            Golden.floats(expected.get("steps")),
            Golden.bytes(expected.get("zeros")).array());
    try (RowWorkers workers = new RowWorkers(1);
        Triangle triangle = new Triangle(products, order, new PlainProduct(), workers, "x")) {
      new Feedback(triangle, order).round(chunk, Kernels.open().rounding());
    }
    float[] errors = chunk.errors();
    int columns = weights.columns();
    for (int i = 0; i < weights.rows(); i++) {
      for (int k = 0; k < columns; k++) {
        double sum = 0;
        double magnitude = 0;
        for (int j = 0; j < columns; j++) {
          double term = (double) errors[i * columns + j] * products.values()[j * columns + k];
          sum += term;
          magnitude += Math.abs(term);
        }
        assertThat((double) chunk.residual[i * columns + k])
            .isCloseTo(sum, within(1e-4 * magnitude));
      }
    }
  }
}
