package dev.foresight.importance;

import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.importance.TokenWeighting.Form;
import dev.foresight.sketch.SampleMix;
import dev.foresight.sketch.SampledToken;
import dev.foresight.sketch.TokenScalars;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * How much the error of each sampled token counts for the linears of one block: in place of its
 * squared gradient, which is of the same order, what later blocks make of it. A residual stream of
 * large mean square is divided away by the norms that read it, and a token that nobody attends to
 * is seen by nobody else.
 *
 * <p>With r_j(t) the mean square of the residual stream behind block j of L, a_j(t) the attention
 * received in it, and o(t) the mean square of a sublayer's own output where a norm follows it, the
 * weights of block l under exponent e are
 *
 * <ul>
 *   <li>of what goes into the residual stream (mean a_j over j in l+1..L-1 · mean 1/r_j over j in
 *       l..L-1 · 1/o)^e, where the last block takes its own a, and a window of n blocks ends the
 *       means after n;
 *   <li>of keys and values a_l^e;
 *   <li>of queries 1, and 0 at position 0, where there is nothing to choose from;
 * </ul>
 *
 * each divided by its mean over the tokens of positions 1 and later that the rows stand for.
 *
 * @param tokens in the order of the rows that a search sees
 * @param weights of these tokens
 */
public record TokenWeights(List<SampledToken> tokens, Map<TokenKind, float[]> weights)
    implements Serializable {

  /**
   * The weights of every block.
   *
   * @param blocks scalars of the tokens that a search sees, in the order of the blocks, the same
   *     tokens in all
   * @throws InputException if blocks differ in their tokens, or the numbers give no weights
   */
  public static List<TokenWeights> of(
      List<SampleMix<TokenScalars>> blocks, TokenWeighting weighting) {
    SampleMix<TokenScalars> first = blocks.get(0);
    List<SampledToken> tokens = first.tokens();
    for (int block = 0; block < blocks.size(); block++) {
      if (!blocks.get(block).tokens().equals(tokens)) {
        throw new InputException(
            Words.format(
                "Blocks 0 and %d have scalars of other tokens: the sketches are damaged; calibrate again.",
                block));
      }
    }
    Formulas formulas = new Formulas(blocks, weighting, tokens, first.weights());
    List<TokenWeights> weights = new ArrayList<>();
    for (int block = 0; block < blocks.size(); block++) {
      weights.add(new TokenWeights(tokens, formulas.of(block)));
    }
    return weights;
  }

  private record Formulas(
      List<SampleMix<TokenScalars>> blocks,
      TokenWeighting weighting,
      List<SampledToken> tokens,
      float[] standsFor) {

    Map<TokenKind, float[]> of(int block) {
      double[] queries = new double[tokens.size()];
      double[] keys = new double[tokens.size()];
      double[] residual = new double[tokens.size()];
      for (int t = 0; t < queries.length; t++) {
        queries[t] = tokens.get(t).position() == 0 ? 0 : 1;
        keys[t] = power(attention(block, t));
        double inverse = inverseResidual(block, t);
        residual[t] = power(weighting.attention() ? futureAttention(block, t) * inverse : inverse);
      }
      Map<TokenKind, float[]> weights = new EnumMap<>(TokenKind.class);
      weights.put(TokenKind.QUERY, normalized(queries, block));
      weights.put(TokenKind.KEY_VALUE, normalized(keys, block));
      weights.put(
          TokenKind.RESIDUAL_ATTENTION,
          normalized(behindNorm(residual, block, TokenScalars::attentionOutput), block));
      weights.put(
          TokenKind.RESIDUAL_MLP,
          normalized(behindNorm(residual, block, TokenScalars::mlpOutput), block));
      return weights;
    }

    private TokenScalars scalars(int block, int token) {
      return blocks.get(block).chosen().get(token);
    }

    private double attention(int block, int token) {
      return scalars(block, token).attention();
    }

    private double futureAttention(int block, int token) {
      int last = blocks.size() - 1;
      if (weighting.form() == Form.CURRENT || block == last) {
        return attention(block, token);
      }
      int end = weighting.blocks() == 0 ? last : Math.min(last, block + weighting.blocks());
      double sum = 0;
      for (int j = block + 1; j <= end; j++) {
        sum += attention(j, token);
      }
      return sum / (end - block);
    }

    private double inverseResidual(int block, int token) {
      int last = weighting.form() == Form.CURRENT ? block : blocks.size() - 1;
      int end = weighting.blocks() == 0 ? last : Math.min(last, block + weighting.blocks() - 1);
      double sum = 0;
      for (int j = block; j <= end; j++) {
        sum += 1 / positive(scalars(j, token).residual(), "residual stream", j, token);
      }
      return sum / (end - block + 1);
    }

    /** Times (1 / o)^e where a norm follows the sublayer, whose mean squares are not all zero. */
    private double[] behindNorm(
        double[] residual, int block, ToDoubleFunction<TokenScalars> output) {
      if (blocks.get(block).chosen().stream().allMatch(t -> output.applyAsDouble(t) == 0)) {
        return residual;
      }
      double[] weights = residual.clone();
      for (int t = 0; t < weights.length; t++) {
        double square = output.applyAsDouble(scalars(block, t));
        weights[t] *= power(1 / positive(square, "output of a sublayer", block, t));
      }
      return weights;
    }

    private double power(double value) {
      return StrictMath.pow(value, weighting.exponent());
    }

    private double positive(double square, String what, int block, int token) {
      if (!(square > 0)) {
        throw new InputException(
            Words.format(
                "Block %d has mean square %s in the %s of position %d of sequence %d of shard %s: pass --token-weights none, or calibrate again.",
                block,
                square,
                what,
                tokens.get(token).position(),
                tokens.get(token).sequence(),
                tokens.get(token).shard()));
      }
      return square;
    }

    /** Mean 1 over the tokens of positions 1 and later that the rows stand for. */
    private float[] normalized(double[] weights, int block) {
      double sum = 0;
      double count = 0;
      for (int t = 0; t < weights.length; t++) {
        if (tokens.get(t).position() > 0) {
          sum += standsFor[t] * weights[t];
          count += standsFor[t];
        }
      }
      double mean = sum / count;
      if (!(mean > 0 && mean < Double.POSITIVE_INFINITY)) {
        throw new InputException(
            Words.format(
                "Block %d has weights of mean %s over the sampled tokens behind position 0: pass --token-weights none, or calibrate with longer sequences.",
                block, mean));
      }
      float[] normalized = new float[weights.length];
      for (int t = 0; t < weights.length; t++) {
        boolean alike = weighting.form() == Form.FIRST_POSITION && tokens.get(t).position() > 0;
        normalized[t] = alike ? 1 : (float) (weights[t] / mean);
      }
      return normalized;
    }
  }
}
