package dev.foresight.sketch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SketchFoldTest {
  private static final Map<String, Double> EQUAL = Map.of();

  /** Two channels; each token (x0, x1) of the rest adds |x|, x and x². */
  private static RoleSketch sketch(float[]... tokens) {
    RoleSketch sketch = RoleSketch.empty(2);
    for (float[] x : tokens) {
      add(sketch.rest(), x);
    }
    return sketch;
  }

  private static void add(ChannelSums sums, float... x) {
    float[] abs = {Math.abs(x[0]), Math.abs(x[1])};
    double[] exact = {abs[0], abs[1]};
    double[] square = {exact[0] * exact[0], exact[1] * exact[1]};
    sums.add(new ChannelSums(1, exact, new double[] {x[0], x[1]}, square, abs));
  }

  @Test
  void momentsAreMeansOverAllTokens() {
    SketchFold fold = new SketchFold(2);
    fold.add(new SliceId("a", 0), sketch(new float[] {1, -2}, new float[] {-3, 0}));
    fold.add(new SliceId("b", 0), sketch(new float[] {2, 4}));
    RoleMoments moments = fold.moments(FirstPosition.INCLUDE, EQUAL);
    assertThat(moments.tokens()).isEqualTo(3);
    assertThat(moments.meanAbs()).containsExactly(2, 2);
    assertThat(moments.meanSquare()).containsExactly(14 / 3.0, 20 / 3.0);
    assertThat(moments.maxAbs()).containsExactly(3, 4);
  }

  @Test
  void weightedShardCountsLikeItsTokensRepeated() {
    SketchFold weighted = new SketchFold(2);
    weighted.add(new SliceId("a", 0), sketch(new float[] {1, 5}));
    weighted.add(new SliceId("b", 0), sketch(new float[] {3, 7}));
    SketchFold repeated = new SketchFold(2);
    repeated.add(new SliceId("a", 0), sketch(new float[] {1, 5}));
    repeated.add(new SliceId("b", 0), sketch(new float[] {3, 7}));
    repeated.add(new SliceId("b", 1), sketch(new float[] {3, 7}));
    assertThat(weighted.moments(FirstPosition.INCLUDE, Map.of("b", 2.0)).meanAbs())
        .containsExactly(repeated.moments(FirstPosition.INCLUDE, EQUAL).meanAbs(), within(1e-15));
  }

  @Test
  void firstPositionCountsOnlyWhereItIsIncluded() {
    RoleSketch sketch = sketch(new float[] {1, 1});
    add(sketch.first(), 1000, 3);
    SketchFold fold = new SketchFold(2);
    fold.add(new SliceId("a", 0), sketch);
    assertThat(fold.moments(FirstPosition.INCLUDE, EQUAL).meanAbs()).containsExactly(500.5, 2);
    assertThat(fold.moments(FirstPosition.EXCLUDE, EQUAL).meanAbs()).containsExactly(1, 1);
    assertThat(fold.moments(FirstPosition.EXCLUDE, EQUAL).maxAbs()).containsExactly(1, 1);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void orderOfArrivalDoesNotChangeABit(long seed) {
    Random random = new Random(seed);
    List<Map.Entry<SliceId, RoleSketch>> slices = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      float big = (float) Math.exp(20 * random.nextGaussian() / 3);
      slices.add(
          Map.entry(
              new SliceId("shard" + i % 3, i), sketch(new float[] {big, random.nextFloat()})));
    }
    RoleMoments inOrder = fold(slices).moments(FirstPosition.INCLUDE, EQUAL);
    Collections.shuffle(slices, random);
    RoleMoments shuffled = fold(slices).moments(FirstPosition.INCLUDE, EQUAL);
    assertThat(shuffled.meanAbs()).containsExactly(inOrder.meanAbs());
    assertThat(shuffled.meanSquare()).containsExactly(inOrder.meanSquare());
  }

  private static SketchFold fold(List<Map.Entry<SliceId, RoleSketch>> slices) {
    SketchFold fold = new SketchFold(2);
    slices.forEach(slice -> fold.add(slice.getKey(), slice.getValue()));
    return fold;
  }

  @Test
  void sliceThatIsThereAlreadyIsRefusedByName() {
    SketchFold fold = new SketchFold(2);
    fold.add(new SliceId("a", 0), sketch());
    SketchFold overlapping = new SketchFold(2);
    overlapping.add(new SliceId("a", 0), sketch());
    assertThatThrownBy(() -> fold.add(overlapping)).hasMessageContaining("a#0");
  }

  @Test
  void shardsThatAllWeighNothingGiveNoMoments() {
    SketchFold fold = new SketchFold(2);
    fold.add(new SliceId("a", 0), sketch(new float[] {1, 1}));
    assertThatThrownBy(() -> fold.moments(FirstPosition.INCLUDE, Map.of("a", 0.0)))
        .hasMessageContaining("No token counts");
  }
}
