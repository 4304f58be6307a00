package dev.foresight.export;

import static org.assertj.core.api.Assertions.assertThat;

import dev.foresight.quantize.QuantizedLinear;
import dev.foresight.quantize.plan.Grid;
import dev.foresight.quantize.plan.SymmetricStep;
import dev.foresight.tensor.DType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** A linear of 2 rows, 4 channels, groups of 2 and 3 bits: what its grid allows and what not. */
class LinearCheckTest {
  private static final Grid SYMMETRIC = new Grid(3, 2, true, DType.F32);
  private static final Grid ASYMMETRIC = new Grid(3, 2, false, DType.F32);

  private final byte[] codes = {0, 7, 1, 2, 3, 4, 5, 6};
  private final float[] steps = {0.5f, -0.5f, 1, 2};
  private final byte[] zeros = {4, 4, 4, 4}; // the middle of 8 codes

  private QuantizedLinear linear(Grid grid) {
    return new QuantizedLinear(2, 4, 2, grid, codes, steps, zeros);
  }

  private void assertFine(Grid grid) {
    assertThat(LinearCheck.problem(linear(grid), grid)).isEmpty();
  }

  private void assertProblem(Grid grid, String problem) {
    assertThat(LinearCheck.problem(linear(grid), grid)).contains(problem);
  }

  @Test
  void everyCodeAndAnyFiniteStepIsAllowed() {
    assertFine(SYMMETRIC);
    assertFine(ASYMMETRIC);
  }

  @Test
  void otherWidthOrGroupIsNamed() {
    assertThat(LinearCheck.problem(linear(SYMMETRIC), new Grid(4, 2, true, DType.F32)))
        .contains("it has 3 bits, not 4");
    assertThat(LinearCheck.problem(linear(SYMMETRIC), new Grid(3, 4, true, DType.F32)))
        .contains("its groups have 2 channels, not 4");
    assertThat(LinearCheck.problem(linear(SYMMETRIC), new Grid(3, 0, true, DType.F32)))
        .as("whole rows")
        .contains("its groups have 2 channels, not 4");
  }

  @Test
  void codeOutsideTheGridIsNamedByItsPlace() {
    codes[6] = 8;
    assertProblem(SYMMETRIC, "the code of row 1, channel 2 is 8");
    codes[6] = (byte) 255;
    assertProblem(ASYMMETRIC, "the code of row 1, channel 2 is 255");
  }

  @Test
  void stepThatIsNoneIsNamedByItsPlace() {
    for (float step : new float[] {0, -0f, Float.NaN, Float.POSITIVE_INFINITY}) {
      steps[3] = step;
      assertProblem(SYMMETRIC, "the step of row 1, group 1 is " + step);
    }
  }

  /** Symmetric zero points are in the middle, others anywhere among the codes. */
  @Test
  void zeroPointIsWhereTheGridHasIt() {
    zeros[1] = 3;
    assertProblem(SYMMETRIC, "the zero point of row 0, group 1 is 3");
    assertFine(ASYMMETRIC);
    zeros[1] = 8;
    assertProblem(ASYMMETRIC, "the zero point of row 0, group 1 is 8");
    zeros[1] = 0;
    assertFine(ASYMMETRIC);
  }

  /** The narrow step leaves the lowest code over: -3 to 3 about a middle of 4. */
  @Test
  void narrowStepsNeverUseTheLowestCode() {
    Grid narrow = SYMMETRIC.withSymmetricStep(SymmetricStep.NARROW);
    assertProblem(narrow, "the code of row 0, channel 0 is 0");
    codes[0] = 1;
    assertFine(narrow);
    codes[0] = 0;
    assertFine(ASYMMETRIC.withSymmetricStep(SymmetricStep.NARROW));
  }

  private static String sha256(float... values) throws Exception {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      bytes.putInt(Float.floatToRawIntBits(value));
    }
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes.array()));
  }

  @Test
  void digestIsOfTheBitsOfAllValuesInTheirOrder() throws Exception {
    assertThat(WeightDigest.of(new float[] {1, -0f, Float.MIN_VALUE}))
        .isEqualTo(sha256(1, -0f, Float.MIN_VALUE))
        .isNotEqualTo(WeightDigest.of(new float[] {1, 0f, Float.MIN_VALUE}));
    assertThat(WeightDigest.of(new float[0])).isEqualTo(sha256());
    float[] many = new float[(1 << 14) + 3]; // more than one chunk
    for (int i = 0; i < many.length; i++) {
      many[i] = i * 0.1f;
    }
    assertThat(WeightDigest.of(many)).isEqualTo(sha256(many));
  }
}
