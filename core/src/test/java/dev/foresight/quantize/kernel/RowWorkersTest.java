package dev.foresight.quantize.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foresight.InputException;
import dev.foresight.quantize.BlockQuantizer;
import dev.foresight.quantize.BlockResult;
import dev.foresight.quantize.PlainProduct;
import dev.foresight.quantize.SmallBlock;
import dev.foresight.quantize.plan.BlockGrids;
import dev.foresight.quantize.plan.Grid;
import dev.foresight.quantize.plan.SearchSettings;
import dev.foresight.tensor.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RowWorkersTest {
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 8})
  void sumsAreTakenInTheOrderOfTheRowsWhateverTheThreads(int threads) {
    double[] values = new double[1000];
    for (int i = 0; i < values.length; i++) {
      values[i] = Math.pow(-1.7, i % 40) / (i + 1);
    }
    double expected = 0;
    for (int from = 0; from < 1000; from += 7) {
      double chunk = 0;
      for (int i = from; i < Math.min(1000, from + 7); i++) {
        chunk += values[i];
      }
      expected += chunk;
    }
    try (RowWorkers workers = new RowWorkers(threads)) {
      double[] sums =
          workers.sum(
              1000,
              7,
              (kernels, from, rows) -> {
                double chunk = 0;
                for (int i = from; i < from + rows; i++) {
                  chunk += values[i];
                }
                return new double[] {chunk, rows};
              });
      assertThat(sums).containsExactly(expected, 1000);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 5})
  void blockIsTheSameForAnyNumberOfThreads(int threads) {
    SmallBlock block = new SmallBlock();
    block.linears.replaceAll((name, weights) -> block.matrix(weights.rows(), weights.columns()));
    for (SearchSettings settings :
        new SearchSettings[] {SearchSettings.faq(), SearchSettings.rtnWeighted()}) {
      BlockResult one = quantize(block, settings, 1);
      BlockResult several = quantize(block, settings, threads);
      assertThat(several.reports()).isEqualTo(one.reports());
      one.linears()
          .forEach(
              (name, linear) -> {
                assertThat(several.linears().get(name).codes()).isEqualTo(linear.codes());
                assertThat(several.linears().get(name).steps()).isEqualTo(linear.steps());
              });
    }
  }

  private static BlockResult quantize(SmallBlock block, SearchSettings settings, int threads) {
    return BlockQuantizer.quantize(
        block.weights(DType.BF16),
        SmallBlock.GROUPS,
        block.statistics,
        BlockGrids.of(new Grid(3, 4, true, DType.F16)),
        settings,
        new PlainProduct(),
        threads);
  }

  @Test
  void refusalOnAnyThreadStaysARefusal() {
    try (RowWorkers workers = new RowWorkers(3)) {
      assertThatThrownBy(
              () ->
                  workers.sum(
                      30,
                      1,
                      (kernels, from, rows) -> {
                        throw new InputException("row " + from);
                      }))
          .isInstanceOf(InputException.class);
    }
  }
}
