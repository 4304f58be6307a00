package dev.foresight.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.foresight.InputException;
import dev.foresight.quantize.plan.Grid;
import dev.foresight.quantize.plan.SymmetricStep;
import dev.foresight.tensor.DType;
import dev.foresight.tensor.Matrix;
import java.util.Random;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class GroupRoundingTest {
  private static final JsonNode GOLDEN = Golden.read("rounding.json");

  static Stream<JsonNode> cases() {
    return StreamSupport.stream(GOLDEN.get("cases").spliterator(), false);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void codesStepsAndZerosEqualThoseOfNumPy(JsonNode expected) {
    Grid grid = Golden.grid(expected.get("grid"));
    QuantizedLinear rounded = GroupRounding.round(Golden.matrix(GOLDEN.get("weights")), grid, "w");
    assertThat(rounded.codes()).isEqualTo(Golden.bytes(expected.get("codes")).array());
    assertThat(rounded.steps()).isEqualTo(Golden.floats(expected.get("steps")));
    assertThat(rounded.zeros()).isEqualTo(Golden.bytes(expected.get("zeros")).array());
  }

  @Test
  void groupWhoseRangeDividesEvenlyComesBackExactly() {
    // the worked group of the formats notes: step 0.1, zero point 5
    float[] values = {-0.5f, -0.3f, -0.1f, 0, 0.1f, 0.3f, 0.7f, 1};
    QuantizedLinear rounded =
        GroupRounding.round(new Matrix(1, 8, values), new Grid(4, 8, false, DType.F32), "w");
    assertThat(rounded.steps()).containsExactly(0.1f);
    assertThat(rounded.zeros()).containsExactly(5);
    assertThat(rounded.codes()).containsExactly(0, 2, 4, 5, 6, 8, 12, 15);
  }

  @ParameterizedTest
  @CsvSource({"2,F32", "3,F16", "3,BF16", "4,F16", "4,BF16", "8,F16", "8,F32"})
  void noWeightMovesFurtherThanHalfAStepAndTheRoundingOfTheStep(int bits, DType stepType) {
    long seed = 20_261_122 + bits;
    Random random = new Random(seed);
    Matrix weights = Matrix.zeros(40, 128);
    for (int i = 0; i < weights.values().length; i++) {
      weights.values()[i] = (float) random.nextGaussian();
    }
    for (boolean symmetric : new boolean[] {false, true}) {
      Grid grid = new Grid(bits, 64, symmetric, stepType).withSymmetricStep(SymmetricStep.NARROW);
      QuantizedLinear rounded = GroupRounding.round(weights, grid, "w");
      float[] back = rounded.dequantized().values();
      // the end of the range can miss the last code by maxCode times the step's relative rounding
      double slack = grid.maxCode() * (stepType == DType.BF16 ? 0x1p-9 : 0x1p-11) + 1e-4;
      for (int i = 0; i < back.length; i++) {
        double bound = rounded.steps()[i / 64] * (0.5 + slack);
        assertThat(Math.abs(back[i] - weights.values()[i]))
            .as("seed %d", seed)
            .isLessThan((float) bound);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"2", "3", "4", "8"})
  void symmetricGroupGivesItsLargestWeightTheFirstCodeWhateverItsSign(int bits) {
    for (float largest : new float[] {1, -1}) {
      Matrix weights = new Matrix(1, 3, new float[] {0.5f, largest, -0.25f});
      QuantizedLinear rounded =
          GroupRounding.round(weights, new Grid(bits, 3, true, DType.F16), "w");
      assertThat(rounded.steps()).containsExactly(-largest / (1 << bits - 1));
      assertThat(rounded.codes()[1]).isZero();
      assertThat(rounded.dequantized().values()).contains(largest);
    }
  }

  @Test
  void wholeRowIsOneGroupWhenGroupIsZero() {
    Matrix weights = new Matrix(2, 3, new float[] {0, 0, 7, -14, 0, 0});
    QuantizedLinear rounded = GroupRounding.round(weights, new Grid(3, 0, false, DType.F16), "w");
    assertThat(rounded.steps()).containsExactly(1, 2);
    assertThat(rounded.zeros()).containsExactly(0, 7);
    assertThat(rounded.codes()).containsExactly(0, 0, 7, 0, 7, 7);
  }

  @Test
  void groupOfZerosHasStepOneAndComesBackAsZeros() {
    for (boolean symmetric : new boolean[] {false, true}) {
      QuantizedLinear rounded =
          GroupRounding.round(Matrix.zeros(1, 16), new Grid(4, 16, symmetric, DType.F16), "w");
      assertThat(rounded.steps()).containsExactly(1);
      assertThat(rounded.dequantized().values()).containsOnly(0);
    }
  }

  @Test
  void stepThatWouldBeSubnormalIsTheSmallestNormalNumber() {
    Matrix weights = new Matrix(1, 2, new float[] {1e-5f, -9e-5f});
    QuantizedLinear rounded = GroupRounding.round(weights, new Grid(3, 2, false, DType.F16), "w");
    assertThat(rounded.steps()).containsExactly(0x1p-14f);
    assertThat(rounded.dequantized().values()).containsExactly(0, -0x1p-14f);
  }

  @Test
  void eightBitCodesAndZerosAreUnsigned() {
    Matrix weights = new Matrix(1, 2, new float[] {-255, 0});
    QuantizedLinear rounded = GroupRounding.round(weights, new Grid(8, 2, false, DType.F32), "w");
    assertThat(rounded.zeros()).containsExactly(255);
    assertThat(rounded.codes()).containsExactly(0, 255);
    assertThat(rounded.dequantized().values()).containsExactly(-255, 0);
  }

  @Test
  void stepBeyondItsTypeNamesRowColumnAndType() {
    Matrix weights = Matrix.zeros(2, 8);
    weights.values()[13] = 1e6f;
    assertThatThrownBy(
            () -> GroupRounding.round(weights, new Grid(3, 4, false, DType.F16), "mlp.up_proj"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("mlp.up_proj")
        .hasMessageContaining("row 1, from column 4")
        .hasMessageContaining("F16");
  }

  @ParameterizedTest
  @CsvSource({"1", "9", "0", "-3"})
  void widthOutOfRangeNamesTheRange(int bits) {
    assertThatThrownBy(() -> new Grid(bits, 4, false, DType.F16))
        .isInstanceOf(InputException.class)
        .hasMessage("--bits %d is out of range: choose 2 to 8.".formatted(bits));
  }

  @ParameterizedTest
  @CsvSource({"F16", "BF16", "F32"})
  void stepIsNeverZeroSubnormalOrInfinite(DType type) {
    float smallest = type == DType.F16 ? 0x1p-14f : Float.MIN_NORMAL;
    for (float weight : new float[] {0, Float.MIN_VALUE, 1e-42f, 1e-7f, 1, 6e4f}) {
      for (boolean symmetric : new boolean[] {true, false}) {
        Matrix weights = new Matrix(1, 2, new float[] {weight, -weight / 3});
        float step =
            Math.abs(GroupRounding.round(weights, new Grid(2, 2, symmetric, type), "w").steps()[0]);
        assertThat(step).isGreaterThanOrEqualTo(smallest).isLessThan(Float.POSITIVE_INFINITY);
      }
    }
  }

  @Test
  void weightThatIsNoNumberIsRefusedWithItsPlace() {
    Matrix weights = Matrix.zeros(2, 8);
    weights.values()[9] = Float.NaN;
    assertThatThrownBy(
            () -> GroupRounding.round(weights, new Grid(3, 4, true, DType.F16), "mlp.up_proj"))
        .isInstanceOf(InputException.class)
        .hasMessage("mlp.up_proj has weight NaN in row 1, column 1: the checkpoint is damaged.");
  }

  @Test
  void groupThatDoesNotDivideNamesThoseThatDo() {
    assertThatThrownBy(
            () ->
                GroupRounding.round(
                    Matrix.zeros(1, 576), new Grid(3, 128, false, DType.F16), "mlp.up_proj"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("mlp.up_proj has 576 input channels")
        .hasMessageContaining("64");
  }
}
