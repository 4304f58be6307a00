package dev.foresight.quantize.compensate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.foresight.quantize.Golden;
import dev.foresight.quantize.PlainProduct;
import dev.foresight.quantize.kernel.RowWorkers;
import dev.foresight.tensor.Matrix;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ShrinkageTest {
  private static float[] floats(JsonNode values) {
    float[] floats = new float[values.size()];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) values.get(i).asDouble();
    }
    return floats;
  }

  private static int[] ints(JsonNode values) {
    int[] ints = new int[values.size()];
    Arrays.setAll(ints, i -> values.get(i).asInt());
    return ints;
  }

  private static double of(Matrix rows, float[] weights, int[] parts, int threads) {
    float total = 0;
    for (float weight : weights) {
      total += weight;
    }
    Matrix rooted = Matrix.zeros(rows.rows(), rows.columns());
    for (int t = 0; t < rows.rows(); t++) {
      for (int j = 0; j < rows.columns(); j++) {
        int at = t * rows.columns() + j;
        rooted.values()[at] = (float) (rows.values()[at] * Math.sqrt(weights[t] / total));
      }
    }
    try (RowWorkers workers = new RowWorkers(threads)) {
      return Shrinkage.of(rooted, weights, parts, new PlainProduct(), workers);
    }
  }

  private static Matrix random(int rows, int columns, long seed) {
    Random random = new Random(seed);
    Matrix matrix = Matrix.zeros(rows, columns);
    for (int i = 0; i < matrix.values().length; i++) {
      matrix.values()[i] = (float) random.nextGaussian();
    }
    return matrix;
  }

  private static float[] ones(int count) {
    float[] ones = new float[count];
    Arrays.fill(ones, 1);
    return ones;
  }

  /** Numbers of numpy, with the products of every part written out. */
  @Test
  void shrinkageIsTheVarianceOfCorrelationsOverTheirSquares() {
    for (JsonNode each : Golden.read("shrinkage.json")) {
      int columns = each.get("rows").get(0).size();
      Matrix rows = Matrix.zeros(each.get("rows").size(), columns);
      for (int t = 0; t < rows.rows(); t++) {
        System.arraycopy(floats(each.get("rows").get(t)), 0, rows.values(), t * columns, columns);
      }
      double found = of(rows, floats(each.get("weights")), ints(each.get("parts")), 1);
      assertThat(found).isCloseTo(each.get("shrinkage").asDouble(), within(1e-5));
    }
  }

  @Test
  void threadsDoNotChangeTheBits() {
    Matrix rows = random(700, 12, 5);
    int[] parts = new int[700];
    Arrays.setAll(parts, t -> t % 3);
    double one = of(rows, ones(700), parts, 1);
    assertThat(of(rows, ones(700), parts, 3)).isEqualTo(one);
  }

  /** Of independent channels, all products are chance. */
  @Test
  void independentChannelsAreShrunkToTheirSquares() {
    int[] parts = new int[400];
    Arrays.setAll(parts, t -> t / 20);
    assertThat(of(random(400, 30, 1), ones(400), parts, 1)).isGreaterThan(0.8);
  }

  /** Of two channels that are one, no part disagrees with another. */
  @Test
  void equalChannelsAreNotShrunk() {
    Matrix rows = random(40, 2, 2);
    for (int t = 0; t < 40; t++) {
      rows.values()[2 * t + 1] = 3 * rows.values()[2 * t];
    }
    int[] parts = new int[40];
    Arrays.setAll(parts, t -> t / 10);
    double each = of(rows, ones(40), parts, 1);
    assertThat(each)
        .isLessThan(0.1); // their sizes differ from part to part, their product with them
  }

  @Test
  void onePartSaysNothingOfOthers() {
    assertThat(of(random(9, 3, 3), ones(9), new int[9], 1)).isEqualTo(1);
  }

  @Test
  void channelThatWasNeverActiveCountsForNothing() {
    Matrix rows = random(60, 3, 4);
    Matrix withDead = Matrix.zeros(60, 4);
    for (int t = 0; t < 60; t++) {
      System.arraycopy(rows.values(), 3 * t, withDead.values(), 4 * t, 3);
    }
    int[] parts = new int[60];
    Arrays.setAll(parts, t -> t / 15);
    assertThat(of(withDead, ones(60), parts, 1)).isEqualTo(of(rows, ones(60), parts, 1));
  }

  @Test
  void partWithoutRowsChangesNothing() {
    Matrix rows = random(30, 5, 6);
    int[] parts = new int[30];
    Arrays.setAll(parts, t -> t / 15);
    int[] withGap = Arrays.stream(parts).map(part -> 2 * part).toArray();
    assertThat(of(rows, ones(30), withGap, 1)).isEqualTo(of(rows, ones(30), parts, 1));
  }
}
