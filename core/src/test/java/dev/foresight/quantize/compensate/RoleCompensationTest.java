package dev.foresight.quantize.compensate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.foresight.InputException;
import dev.foresight.quantize.CountedProduct;
import dev.foresight.quantize.Golden;
import dev.foresight.quantize.kernel.RowWorkers;
import dev.foresight.tensor.Matrix;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Linears of one role, one after the other; numbers are those of correction_reference.py. */
class RoleCompensationTest {
  private static final JsonNode GOLDEN = Golden.read("correction.json");
  private static final Matrix FLOATS = Golden.matrix(GOLDEN.get("floats"));
  private static final Matrix SENT = Golden.matrix(GOLDEN.get("sent"));
  private static final Matrix WEIGHTS = Golden.matrix(GOLDEN.get("weights"));
  private static final double SHRINKAGE = 0.3;

  private final CountedProduct product = new CountedProduct();
  private final RowWorkers workers = new RowWorkers(1);
  private final RoleCompensation role = of(SENT.columns());

  @AfterEach
  void allFactorsAreFreed() {
    role.close();
    role.close(); // behind the first there is nothing to free
    workers.close();
    assertThat(product.open()).isZero();
  }

  private RoleCompensation of(int columns) {
    float[] ones = new float[columns];
    Arrays.fill(ones, 1);
    return new RoleCompensation(ones, product, workers, "model.layers.0.mlp_input");
  }

  /** What NumPy says of scale 1 and this shrinkage. */
  private static JsonNode expected() {
    for (JsonNode row : GOLDEN.get("cases")) {
      if (row.get("shrinkage").doubleValue() == SHRINKAGE && !row.get("scaled").booleanValue()) {
        return row;
      }
    }
    throw new AssertionError("correction.json has no such case");
  }

  private static void assertTarget(Target target) {
    float[] wanted = Golden.floats(expected().get("target"));
    for (int i = 0; i < wanted.length; i++) {
      assertThat(target.weights().values()[i]).isCloseTo(wanted[i], within(1e-5f));
    }
    assertThat(target.correction()).isCloseTo(expected().get("share").doubleValue(), within(1e-5));
  }

  @Test
  void linearsThatReadTheSameRowsShareWhatIsKnownOfThem() {
    Compensation first = role.of(SENT, SHRINKAGE);
    int made = product.made();
    assertThat(role.of(SENT, SHRINKAGE)).isSameAs(first);
    assertThat(product.made()).isEqualTo(made);
  }

  @Test
  void linearOfOtherRowsIsCompensatedAnewAndFreesTheOneBefore() {
    Compensation first = role.of(SENT, SHRINKAGE);
    int open = product.open();
    assertThat(role.of(FLOATS, SHRINKAGE)).isNotSameAs(first);
    assertThat(product.open()).isEqualTo(open);
  }

  /** Rows are told apart as objects: an equal copy may have other weights in a moment. */
  @Test
  void copyOfTheRowsCountsAsOthers() {
    Matrix copy = new Matrix(SENT.rows(), SENT.columns(), SENT.values().clone());
    assertThat(role.of(copy, SHRINKAGE)).isNotSameAs(role.of(SENT, SHRINKAGE));
  }

  @Test
  void targetsOfAllLinearsAreThoseOfNumPy() {
    assertTarget(role.target(WEIGHTS, SENT, FLOATS, SHRINKAGE));
    int made = product.made();
    assertTarget(role.target(WEIGHTS, SENT, FLOATS, SHRINKAGE));
    assertThat(product.made() - made).isLessThanOrEqualTo(3); // products with the linear alone
  }

  @Test
  void correctionOfOtherRowsIsNotKeptForTheNextLinear() {
    role.target(WEIGHTS, FLOATS, SENT, SHRINKAGE);
    assertTarget(role.target(WEIGHTS, SENT, FLOATS, SHRINKAGE));
  }

  @Test
  void rowsCanBeAskedForAgainBehindAClose() {
    role.target(WEIGHTS, SENT, FLOATS, SHRINKAGE);
    role.close();
    assertThat(product.open()).isZero();
    assertTarget(role.target(WEIGHTS, SENT, FLOATS, SHRINKAGE));
  }

  /** (1e30)² is beyond fp32. */
  @Test
  void rowsWhoseProductsOverflowAreRefusedByTheNameOfTheRole() {
    Matrix rows = new Matrix(1, 2, new float[] {1e30f, 1});
    RoleCompensation two = of(2);
    assertThatThrownBy(() -> two.of(rows, 0))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "model.layers.0.mlp_input has sampled rows whose products overflow: the sketches are"
                + " damaged or the model overflows; calibrate again.");
    two.close(); // holds nothing
  }
}
