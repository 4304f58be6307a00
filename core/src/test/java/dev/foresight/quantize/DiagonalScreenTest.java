package dev.foresight.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.foresight.quantize.ScaleCandidates.Candidate;
import dev.foresight.quantize.kernel.PlainKernels;
import dev.foresight.quantize.kernel.RowWorkers;
import dev.foresight.quantize.kernel.Sums;
import dev.foresight.quantize.plan.Grid;
import dev.foresight.tensor.DType;
import dev.foresight.tensor.Matrix;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DiagonalScreenTest {
  /** Groups below, at, beyond and between multiples of 16; rows that fill no whole chunk. */
  @ParameterizedTest
  @CsvSource({
    "1,8,8,false", "3,24,8,true", "70,96,32,false", "9,640,64,true",
    "5,200,40,false", "2,200,200,true", "1,6000,100,false", "130,576,64,false"
  })
  void lossesAreThoseOfRoundingGroupByGroup(int rows, int columns, int group, boolean symmetric) {
    Random random = new Random(rows * 31L + columns);
    Matrix weights = Matrix.zeros(rows, columns);
    for (int i = 0; i < weights.values().length; i++) {
      weights.values()[i] = (float) random.nextGaussian();
    }
    float[] meanSquare = new float[columns];
    double[] importance = new double[columns];
    for (int j = 0; j < columns; j++) {
      importance[j] = Math.exp(random.nextGaussian());
      meanSquare[j] = (float) (importance[j] * importance[j]);
    }
    Grid grid = new Grid(3, group, symmetric, DType.F16);
    List<Candidate> candidates = ScaleCandidates.of(importance, null, 5);
    RowWorkers workers = new RowWorkers(1);
    double[] losses =
        new DiagonalScreen(grid, group, meanSquare, candidates, workers).losses(weights);
    for (int c = 0; c < losses.length; c++) {
      float[] change = new float[rows * columns];
      Changes.ofScale(weights, candidates.get(c).scale(), grid, group)
          .write(new PlainKernels(), 0, rows, change);
      double expected = 0;
      for (int start = 0; start < change.length; start += group) {
        expected += Sums.weightedSquares(change, start, meanSquare, start % columns, group);
      }
      // the same fp32 sums, added in another order in fp64
      assertThat(losses[c]).isCloseTo(expected, within(1e-14 * expected));
    }
  }
}
