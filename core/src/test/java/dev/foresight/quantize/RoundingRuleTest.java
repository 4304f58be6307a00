package dev.foresight.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.foresight.InputException;
import dev.foresight.quantize.compensate.Compensation;
import dev.foresight.quantize.kernel.RowWorkers;
import dev.foresight.quantize.plan.Grid;
import dev.foresight.quantize.plan.Rounding;
import dev.foresight.quantize.plan.RoundingSettings;
import dev.foresight.tensor.DType;
import dev.foresight.tensor.Matrix;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Codes of small linears that can be told by hand, by either rule. */
class RoundingRuleTest {
  private static final Grid GRID = new Grid(4, 2, true, DType.F32);
  private static final byte[] ZEROS = {8, 8};

  private final RowWorkers workers = new RowWorkers(1);

  @AfterEach
  void close() {
    workers.close();
  }

  private QuantizedLinear round(
      RoundingSettings settings,
      Grid grid,
      Supplier<Compensation> known,
      GroupSteps steps,
      float... weights) {
    RoundingRule rule =
        RoundingRule.of(settings, new RoundingRule.Inputs(grid, 2, "mlp.up_proj", known, workers));
    return rule.round(new Matrix(weights.length / 2, 2, weights), steps);
  }

  private static GroupSteps steps(float... steps) {
    return new GroupSteps(steps, ZEROS.clone(), 0);
  }

  private static RoundingSettings compensated(int refits) {
    return new RoundingSettings(Rounding.COMPENSATED, 0, refits);
  }

  /** Under rows [n, 2]. */
  private Supplier<Compensation> under(float... rows) {
    return () ->
        new Compensation(
            new Matrix(rows.length / 2, 2, rows),
            new float[] {1, 1},
            0,
            new PlainProduct(),
            workers,
            "mlp_input");
  }

  private static Compensation unasked() {
    throw new AssertionError("nothing is compensated");
  }

  /** 1.2, -2.2 and 2.6, -9.2 steps; codes reach from -8 to 7, stored from 0 on. */
  @Test
  void nearestCodesNeedNoRowsAndEndWhereTheGridEnds() {
    QuantizedLinear found =
        round(
            RoundingSettings.nearest(),
            GRID,
            RoundingRuleTest::unasked,
            steps(0.5f, 1),
            0.6f,
            -1.1f,
            2.6f,
            -9.2f);
    assertThat(found.codes()).containsExactly(9, 6, 11, 0);
    assertThat(found.steps()).containsExactly(0.5f, 1);
  }

  /** H is a multiple of 1: no error of one channel can make good that of the other. */
  @Test
  void channelsThatNeverMeetAreRoundedToTheNearestCodes() {
    QuantizedLinear found =
        round(compensated(0), GRID, under(3, 0, 0, 3), steps(0.5f, 1), 0.6f, -1.1f, 2.6f, -9.2f);
    assertThat(found.codes()).containsExactly(9, 6, 11, 0);
  }

  /** 0.4 + 0.4 is nearer to 0 + 1 than to 0 + 0, which the nearest codes are. */
  @Test
  void errorOfOneChannelIsMadeGoodByAnotherThatMovesWithIt() {
    float[] alike = {1, 1, -2, -2, 0.5f, 0.5f};
    GroupSteps ones = steps(1, 1);
    QuantizedLinear found =
        round(compensated(0), GRID, under(alike), ones, 0.4f, 0.4f, -0.4f, -0.4f);
    assertThat(found.codes()[0] + found.codes()[1]).isEqualTo(8 + 8 + 1);
    assertThat(found.codes()[2] + found.codes()[3]).isEqualTo(8 + 8 - 1);
    assertThat(
            round(
                    RoundingSettings.nearest(),
                    GRID,
                    RoundingRuleTest::unasked,
                    ones,
                    0.4f,
                    0.4f,
                    0,
                    0)
                .codes())
        .containsExactly(8, 8, 8, 8);
  }

  /** Codes 1 and 2 for 0.9 and 1.8: Σ w c / Σ c² = 4.5 / 5. */
  @Test
  void refitMovesTheStepOfTheResultAndNotTheOneThatWasChosen() {
    GroupSteps chosen = steps(1, 1);
    QuantizedLinear found =
        round(compensated(1), GRID, under(1, 0, 0, 1), chosen, 0.9f, 1.8f, 1, 2);
    assertThat(found.codes()).containsExactly(9, 10, 9, 10);
    assertThat(found.steps()[0]).isCloseTo(0.9f, within(1e-6f));
    assertThat(found.steps()[1]).isCloseTo(1, within(1e-6f));
    assertThat(chosen.steps()).containsExactly(1, 1);
  }

  @Test
  void stepsStayWhereNothingIsRefitted() {
    QuantizedLinear found =
        round(compensated(0), GRID, under(1, 0, 0, 1), steps(1, 1), 0.9f, 1.8f, 1, 2);
    assertThat(found.steps()).containsExactly(1, 1);
  }

  @Test
  void weightThatIsNotFiniteIsNamedByBothRules() {
    float[] weights = {1, 2, 3, Float.NEGATIVE_INFINITY};
    GroupSteps steps =
        GroupRounding.steps(
            new Matrix(2, 2, weights), GRID, 2, workers); // of which one is infinite
    for (RoundingSettings settings :
        new RoundingSettings[] {RoundingSettings.nearest(), compensated(1)}) {
      assertThatThrownBy(() -> round(settings, GRID, RoundingRuleTest::unasked, steps, weights))
          .isInstanceOf(InputException.class)
          .hasMessage(
              "mlp.up_proj has weight -Infinity in row 1, column 1: the checkpoint is damaged.");
    }
  }

  /** 2^20 / 8 is beyond 65504. */
  @Test
  void stepBeyondItsTypeIsRefusedByBothRules() {
    Grid half = new Grid(4, 2, true, DType.F16);
    float[] weights = {1, 2, 1 << 20, 0};
    GroupSteps steps = GroupRounding.steps(new Matrix(2, 2, weights), half, 2, workers);
    for (RoundingSettings settings :
        new RoundingSettings[] {RoundingSettings.nearest(), compensated(1)}) {
      assertThatThrownBy(() -> round(settings, half, RoundingRuleTest::unasked, steps, weights))
          .isInstanceOf(InputException.class)
          .hasMessage(
              "mlp.up_proj has weights in row 1, from column 0, that need a step beyond F16: choose"
                  + " a container with wider steps.");
    }
  }
}
