package dev.foresight.onnx;

import java.nio.FloatBuffer;
import java.nio.LongBuffer;

/**
 * What the slices of a vocabulary say together of each of P positions, with running maxima, so that
 * no exponential overflows and none is kept (Milakov and Gimelshein, arXiv 1805.02867). Slices are
 * added in order of the vocabulary; of equally likely tokens the lowest is the top.
 */
public final class SliceSums {
  private final double[] max;
  private final double[] sum; // Σ exp(logit − max)
  private final double[] moment; // Σ exp(logit − max) (logit − that of the other model)
  private final float[] chosen; // logit of the next token
  private final int[] top;

  SliceSums(int positions) {
    this.max = new double[positions];
    this.sum = new double[positions];
    this.moment = new double[positions];
    this.chosen = new float[positions];
    this.top = new int[positions];
    java.util.Arrays.fill(max, Double.NEGATIVE_INFINITY);
  }

  /**
   * What one slice gives for one position.
   *
   * @param max largest logit
   * @param sum Σ exp(logit − max)
   * @param moment Σ exp(logit − max) times the difference to the other model, 0 without one
   * @param top token of the largest logit, in the whole vocabulary
   */
  private void add(int position, double max, double sum, double moment, int top) {
    double before = this.max[position];
    if (max > before) {
      double shrunk = StrictMath.exp(before - max);
      this.sum[position] = this.sum[position] * shrunk + sum;
      this.moment[position] = this.moment[position] * shrunk + moment;
      this.max[position] = max;
      this.top[position] = top;
    } else {
      double shrunk = StrictMath.exp(max - before);
      this.sum[position] += sum * shrunk;
      this.moment[position] += moment * shrunk;
    }
  }

  /**
   * Adds a slice for some positions.
   *
   * @param firstPosition of those that the buffers speak of
   * @param firstToken of the slice
   * @param moments null where there is no other model
   */
  void add(
      int firstPosition,
      int firstToken,
      FloatBuffer maxima,
      FloatBuffer sums,
      FloatBuffer moments,
      LongBuffer tops) {
    for (int i = 0; i < maxima.remaining(); i++) {
      double moment = moments == null ? 0 : moments.get(i);
      int token = firstToken + (int) tops.get(i);
      add(firstPosition + i, maxima.get(i), sums.get(i), moment, token);
    }
  }

  /** Notes the logit of a position's next token. */
  void choose(int position, float logit) {
    chosen[position] = logit;
  }

  /** Most likely token. */
  int top(int position) {
    return top[position];
  }

  /** Negative log-likelihood of the next token, natural logarithm. */
  double loss(int position) {
    return logOfSum(position) - chosen[position];
  }

  /**
   * Σ p log(p/q) in nats, p these, q the other model: the mean difference of the logits under p
   * less that of the logarithms of the sums.
   */
  double divergence(SliceSums other, int position) {
    return moment[position] / sum[position] + other.logOfSum(position) - logOfSum(position);
  }

  private double logOfSum(int position) {
    return max[position] + StrictMath.log(sum[position]);
  }
}
