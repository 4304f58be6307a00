package dev.foresight.sketch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Numbers by hand: x is (1, -2) and (-3, 0) at later positions, (10, 20) at position 0. */
class SumsTest {
  private static final SliceExtent ONE_OF_THREE = new SliceExtent(new SliceId("a", 0), 1, 3, 2);
  private static final SketchSettings SETTINGS = new SketchSettings(16, 256, 16);

  private static Measured batch() {
    return new Measured(
        1,
        3,
        0,
        Map.of(
            "sum_abs", new float[] {4, 2, 10, 20},
            "sum", new float[] {-2, -2, 10, 20},
            "sum_square", new float[] {10, 4, 100, 400},
            "max_abs", new float[] {3, 2, 10, 20}));
  }

  private static RoleSketch collected(int batches) {
    Statistic.Collector<RoleSketch> collector = Sums.SUMS.collector("a", List.of());
    for (int i = 0; i < batches; i++) {
      collector.add(batch());
    }
    return collector.state();
  }

  @Test
  void batchesAddUpInBothStrata() {
    RoleSketch twice = collected(2);
    assertThat(twice.rest())
        .isEqualTo(
            new ChannelSums(
                4,
                new double[] {8, 4},
                new double[] {-4, -4},
                new double[] {20, 8},
                new float[] {3, 2}));
    assertThat(twice.first().tokens()).isEqualTo(2);
    assertThat(twice.first().sumSquare()).containsExactly(200, 800);
  }

  @Test
  void mergedSlicesAreTheSliceOfAllBatches() {
    assertThat(Sums.SUMS.merge(List.of(collected(1), collected(2)), SETTINGS))
        .isEqualTo(collected(3));
  }

  @Test
  void rowsAreReadAsTheyWereWritten() {
    RoleSketch sketch = collected(1);
    assertThat(Sums.SUMS.state(Sums.SUMS.rows(sketch), ONE_OF_THREE)).contains(sketch);
  }

  @Test
  void rowsOfOneStratumAreNoState() {
    for (Object[] row : Sums.SUMS.rows(collected(1))) {
      assertThat(Sums.SUMS.state(List.<Object[]>of(row), ONE_OF_THREE)).isEmpty();
    }
  }

  private static void assertRefused(List<Object[]> rows, SliceExtent extent, String message) {
    assertThatThrownBy(() -> Sums.SUMS.state(rows, extent))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  @Test
  void rowsThatCannotBeOfTheSliceAreRefused() {
    List<Object[]> rows = Sums.SUMS.rows(collected(1));
    SliceId slice = new SliceId("a", 0);
    assertRefused(rows, new SliceExtent(slice, 2, 3, 2), "1 tokens are not those of 2 sequences");
    assertRefused(rows, new SliceExtent(slice, 1, 3, 5), "2 channels are not 5");
    List<Object[]> twice = new ArrayList<>(rows);
    twice.add(rows.get(1));
    assertRefused(twice, ONE_OF_THREE, "stratum rest stands twice");
    Object[] renamed = Arrays.copyOf(rows.get(0), 6);
    renamed[0] = "last";
    assertRefused(List.<Object[]>of(renamed), ONE_OF_THREE, "there is no stratum 'last'");
  }

  @Test
  void outputThatTheGraphLacksIsNamed() {
    Measured without = new Measured(1, 3, 0, Map.of("sum_abs", new float[4]));
    assertThatThrownBy(() -> Sums.SUMS.collector("a", List.of()).add(without))
        .hasMessage("The graph measures [sum_abs], not sum");
  }

  @Test
  void oneNumberThatIsNotFiniteSpoilsABatch() {
    assertThat(batch().finite()).isTrue();
    Measured spoilt = new Measured(1, 3, 0, Map.of("sum", new float[] {0, Float.NaN}));
    assertThat(spoilt.finite()).isFalse();
  }
}
