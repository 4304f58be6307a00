package dev.foresight.generate;

import dev.foresight.Hashing;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;
import java.util.stream.IntStream;

/**
 * Chooses tokens by {@link Sampling}. Chance is a hash of (seed, sample, candidate, position), so
 * that the same text is written however samples are spread over executors.
 */
public final class Sampler {
  private final Sampling sampling;
  private final long seed;

  /**
   * @param seed of the hash, {@link Hashing#xxHash64}
   */
  public Sampler(Sampling sampling, long seed) {
    this.sampling = sampling;
    this.seed = seed;
  }

  /**
   * A number in [0, 1), 53 bits of the hash of the sample's id (UTF-8), candidate and position
   * (int32 both, little-endian).
   */
  double uniform(String sample, int candidate, int position) {
    byte[] id = sample.getBytes(StandardCharsets.UTF_8);
    ByteBuffer layout =
        ByteBuffer.allocate(2 * Integer.BYTES + id.length).order(ByteOrder.LITTLE_ENDIAN);
    layout.putInt(candidate).putInt(position).put(id);
    return (Hashing.xxHash64(seed, layout.array()) >>> 11) * 0x1p-53;
  }

  /**
   * The next token.
   *
   * @param logits [vocabulary]
   * @param seen tokens of the sequence so far, its prompt among them
   * @param uniform number in [0, 1) that decides
   */
  int choose(float[] logits, BitSet seen, double uniform) {
    float[] judged = sampling.repetitionPenalty() == 1 ? logits : penalized(logits, seen);
    return sampling.random() ? draw(judged, uniform) : largest(judged);
  }

  /** log softmax of one logit, in fp64. */
  static double logProbability(float[] logits, int token) {
    double max = logits[largest(logits)];
    double sum = 0;
    for (float logit : logits) {
      sum += Math.exp(logit - max);
    }
    return logits[token] - max - Math.log(sum);
  }

  private float[] penalized(float[] all, BitSet seen) {
    float[] logits = all.clone();
    float penalty = (float) sampling.repetitionPenalty();
    for (int token = seen.nextSetBit(0);
        token >= 0 && token < logits.length;
        token = seen.nextSetBit(token + 1)) {
      logits[token] = logits[token] < 0 ? logits[token] * penalty : logits[token] / penalty;
    }
    return logits;
  }

  /** The first of the largest. */
  private static int largest(float[] logits) {
    int best = 0;
    for (int i = 1; i < logits.length; i++) {
      if (logits[i] > logits[best]) {
        best = i;
      }
    }
    return best;
  }

  /** The first kept token, by id, behind which the sum of weights is beyond the share. */
  private int draw(float[] logits, double uniform) {
    Kept kept = kept(logits);
    double sum = 0;
    for (double weight : kept.weights()) {
      sum += weight;
    }
    double left = uniform * sum;
    for (int i = 0; i < kept.tokens().length; i++) {
      left -= kept.weights()[i];
      if (left < 0) {
        return kept.tokens()[i];
      }
    }
    return kept.tokens()[kept.tokens().length - 1]; // rounding ate the rest
  }

  /**
   * Tokens that may be drawn, by id.
   *
   * @param weights in the proportion of their probabilities, 1 for the likeliest of all
   */
  @SuppressWarnings("ArrayRecordComponent") // drawn from and dropped, never compared
  record Kept(int[] tokens, double[] weights) {}

  Kept kept(float[] logits) {
    float temperature = (float) sampling.temperature();
    double max = logits[largest(logits)] / temperature;
    double[] weights = new double[logits.length];
    double sum = 0;
    for (int i = 0; i < weights.length; i++) {
      weights[i] = Math.exp(logits[i] / temperature - max);
      sum += weights[i];
    }
    boolean ranked = sampling.topK() > 0 || sampling.topP() < 1;
    int[] tokens = ranked ? ranked(weights, sum) : above(weights, sampling.minP());
    return new Kept(tokens, IntStream.of(tokens).mapToDouble(i -> weights[i]).toArray());
  }

  private static int[] above(double[] weights, double floor) {
    return IntStream.range(0, weights.length).filter(i -> weights[i] >= floor).toArray();
  }

  /** What top-k, top-p and min-p leave: the likeliest, of equally likely ones the lower ids. */
  private int[] ranked(double[] weights, double all) {
    // tokens so unlikely that all of them together are less than top-p leaves out need no rank
    double least = (1 - sampling.topP()) * all / weights.length;
    int[] candidates = above(weights, sampling.topK() > 0 ? 0 : least);
    Integer[] order = IntStream.of(candidates).boxed().toArray(Integer[]::new);
    Arrays.sort(order, (a, b) -> Double.compare(weights[b], weights[a])); // stable
    int count = order.length;
    double sum = all;
    if (sampling.topK() > 0) {
      count = Math.min(sampling.topK(), count);
      sum = 0;
      for (int i = 0; i < count; i++) {
        sum += weights[order[i]];
      }
    }
    double reached = 0;
    int kept = 0;
    while (kept < count
        && (kept == 0 || weights[order[kept]] >= sampling.minP())
        && (sampling.topP() == 1 || reached < sampling.topP() * sum)) {
      reached += weights[order[kept++]];
    }
    return Arrays.stream(order).limit(kept).mapToInt(Integer::intValue).sorted().toArray();
  }
}
