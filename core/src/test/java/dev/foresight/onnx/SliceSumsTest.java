package dev.foresight.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Softmax over a vocabulary in slices against the whole vocabulary at once, in double. */
class SliceSumsTest {
  private static final int VOCABULARY = 23;

  private final Random random = new Random(11);

  private float[] logits(double scale) {
    float[] logits = new float[VOCABULARY];
    for (int v = 0; v < VOCABULARY; v++) {
      logits[v] = (float) (scale * random.nextGaussian());
    }
    return logits;
  }

  /** What a graph gives for one position and slice, where the other model has these logits. */
  private static void add(SliceSums sums, int from, int to, float[] logits, float[] other) {
    int top = from;
    for (int v = from; v < to; v++) {
      top = logits[v] > logits[top] ? v : top;
    }
    double sum = 0;
    double moment = 0;
    for (int v = from; v < to; v++) {
      double weight = Math.exp(logits[v] - logits[top]);
      sum += weight;
      moment += weight * (logits[v] - other[v]);
    }
    sums.add(
        0,
        from,
        FloatBuffer.wrap(new float[] {logits[top]}),
        FloatBuffer.wrap(new float[] {(float) sum}),
        FloatBuffer.wrap(new float[] {(float) moment}),
        LongBuffer.wrap(new long[] {top - from}));
  }

  private static SliceSums sums(int slice, float[] logits, float[] other, int chosen) {
    SliceSums sums = new SliceSums(1);
    for (int from = 0; from < VOCABULARY; from += slice) {
      add(sums, from, Math.min(VOCABULARY, from + slice), logits, other);
    }
    sums.choose(0, logits[chosen]);
    return sums;
  }

  private static double logOfSum(float[] logits) {
    double max = Double.NEGATIVE_INFINITY;
    for (float logit : logits) {
      max = Math.max(max, logit);
    }
    double sum = 0;
    for (float logit : logits) {
      sum += Math.exp(logit - max);
    }
    return max + Math.log(sum);
  }

  @Test
  void lossIsThatOfTheWholeVocabularyWhateverTheSlices() {
    for (double scale : new double[] {0.1, 3, 100}) { // e^100 overflows a float
      float[] logits = logits(scale);
      for (int slice : new int[] {1, 2, 7, VOCABULARY}) {
        for (int chosen : new int[] {0, 9, VOCABULARY - 1}) {
          assertThat(sums(slice, logits, logits, chosen).loss(0))
              .isCloseTo(logOfSum(logits) - logits[chosen], within(1e-5 * (1 + scale)));
        }
      }
    }
  }

  /** Σ p (log p - log q), p and q the softmax of the two. */
  @Test
  void divergenceIsThatOfTheWholeDistributions() {
    float[] p = logits(2);
    float[] q = logits(2);
    double expected = 0;
    for (int v = 0; v < VOCABULARY; v++) {
      double logP = p[v] - logOfSum(p);
      expected += Math.exp(logP) * (logP - (q[v] - logOfSum(q)));
    }
    for (int slice : new int[] {1, 5, VOCABULARY}) {
      SliceSums other = sums(slice, q, p, 0);
      assertThat(sums(slice, p, q, 0).divergence(other, 0)).isCloseTo(expected, within(1e-5));
    }
    assertThat(expected).isPositive();
  }

  @Test
  void constantAddedToAllLogitsOfAModelChangesNothing() {
    float[] p = logits(1);
    float[] moved = p.clone();
    for (int v = 0; v < VOCABULARY; v++) {
      moved[v] += 64;
    }
    assertThat(sums(5, p, moved, 0).divergence(sums(5, moved, p, 0), 0)).isCloseTo(0, within(1e-4));
    assertThat(sums(5, moved, p, 3).loss(0)).isCloseTo(sums(5, p, moved, 3).loss(0), within(1e-4));
  }

  @Test
  void topTokenIsTheLowestOfTheLikeliest() {
    float[] logits = new float[VOCABULARY];
    logits[8] = 5;
    logits[17] = 5;
    for (int slice : new int[] {1, 4, 10, VOCABULARY}) {
      assertThat(sums(slice, logits, logits, 0).top(0)).isEqualTo(8);
    }
    logits[22] = 6;
    assertThat(sums(4, logits, logits, 0).top(0)).isEqualTo(22);
  }

  @Test
  void positionsDoNotMix() {
    SliceSums sums = new SliceSums(3);
    FloatBuffer maxima = FloatBuffer.wrap(new float[] {1, 2});
    FloatBuffer ones = FloatBuffer.wrap(new float[] {1, 1});
    sums.add(1, 40, maxima, ones, null, LongBuffer.wrap(new long[] {2, 3}));
    sums.choose(1, 0.25f);
    sums.choose(2, 0.5f);
    assertThat(sums.top(1)).isEqualTo(42);
    assertThat(sums.top(2)).isEqualTo(43);
    assertThat(sums.loss(1)).isCloseTo(1 - 0.25, within(1e-12));
    assertThat(sums.loss(2)).isCloseTo(2 - 0.5, within(1e-12));
  }

  @Test
  void bufferIsTheSmallestThatIsLargeEnoughAndUsedAgain() {
    FloatPool pool = new FloatPool();
    FloatBuffer large = pool.take(100);
    FloatBuffer small = pool.take(10);
    pool.give(large);
    pool.give(small);
    FloatBuffer taken = pool.take(8);
    assertThat(taken.capacity()).isEqualTo(10);
    assertThat(taken.remaining()).isEqualTo(8);
    assertThat(pool.take(11).capacity()).as("the other one is taken").isEqualTo(100);
    assertThat(pool.take(1).capacity()).isEqualTo(1);
    pool.give(taken.position(3));
    assertThat(pool.take(10).remaining()).as("whatever its owner did with it").isEqualTo(10);
    pool.give(taken);
    pool.clear();
    assertThat(pool.take(2).capacity()).isEqualTo(2);
  }
}
