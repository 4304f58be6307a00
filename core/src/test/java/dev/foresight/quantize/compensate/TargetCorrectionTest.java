package dev.foresight.quantize.compensate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.foresight.InputException;
import dev.foresight.quantize.Golden;
import dev.foresight.quantize.PlainProduct;
import dev.foresight.quantize.fold.LinearScale;
import dev.foresight.tensor.Matrix;
import java.util.Arrays;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Against NumPy in float64 (core/src/test/python/correction_reference.py). */
class TargetCorrectionTest {
  private static final JsonNode GOLDEN = Golden.read("correction.json");
  private static final Matrix FLOATS = Golden.matrix(GOLDEN.get("floats"));
  private static final Matrix SENT = Golden.matrix(GOLDEN.get("sent"));
  private static final Matrix WEIGHTS = Golden.matrix(GOLDEN.get("weights"));

  static Stream<JsonNode> cases() {
    return StreamSupport.stream(GOLDEN.get("cases").spliterator(), false);
  }

  private static float[] ones(int count) {
    float[] ones = new float[count];
    Arrays.fill(ones, 1);
    return ones;
  }

  private static Target target(
      Matrix floats, Matrix sent, float[] scale, double shrinkage, Matrix weights) {
    Products products = Products.of(sent, scale, shrinkage, new PlainProduct(), "x");
    return new TargetCorrection(floats, sent, scale, products, new PlainProduct(), "x").of(weights);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void targetsAndShareEqualThoseOfNumPy(JsonNode expected) {
    float[] scale =
        expected.get("scaled").booleanValue()
            ? Golden.floats(GOLDEN.get("scale"))
            : ones(SENT.columns());
    Matrix scaled = new LinearScale(scale, ones(WEIGHTS.rows())).apply(WEIGHTS);
    Target target = target(FLOATS, SENT, scale, expected.get("shrinkage").doubleValue(), scaled);
    assertThat(target.correction()).isCloseTo(expected.get("share").doubleValue(), within(1e-5));
    float[] wanted = Golden.floats(expected.get("target"));
    for (int i = 0; i < wanted.length; i++) {
      assertThat(target.weights().values()[i]).isCloseTo(wanted[i], within(1e-5f));
    }
  }

  /** Where x̂ = x nothing is missing, whatever H is. */
  @Test
  void weightsStayWhereNothingIsMissing() {
    Target target = target(FLOATS, FLOATS, ones(FLOATS.columns()), 0.3, WEIGHTS);
    assertThat(target.correction()).isZero();
    assertThat(target.weights().values()).isEqualTo(WEIGHTS.values());
  }

  /** Least squares: no other weights bring W* x̂ nearer to W x, and W least of all. */
  @Test
  void outputsComeNearerToThoseOfTheFloatModel() {
    float[] ones = ones(SENT.columns());
    Matrix target = target(FLOATS, SENT, ones, 0, WEIGHTS).weights();
    Matrix wanted = new PlainProduct().timesTransposed(FLOATS, WEIGHTS);
    assertThat(distance(wanted, new PlainProduct().timesTransposed(SENT, target)))
        .isLessThan(0.9 * distance(wanted, new PlainProduct().timesTransposed(SENT, WEIGHTS)));
  }

  private static double distance(Matrix a, Matrix b) {
    double sum = 0;
    for (int i = 0; i < a.values().length; i++) {
      double difference = a.values()[i] - b.values()[i];
      sum += difference * difference;
    }
    return sum;
  }

  @Test
  void productsThatCanNotBeSolvedAreRefused() {
    int columns = SENT.columns();
    Products hollow = new Products(columns, new float[columns * columns]);
    assertThatThrownBy(
            () ->
                new TargetCorrection(
                    FLOATS, SENT, ones(columns), hollow, new PlainProduct(), "model.mlp_input"))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "model.mlp_input has propagated rows whose products are not positive definite: raise --shrinkage.");
  }
}
