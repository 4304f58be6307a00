package dev.foresight.spark.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.foresight.sketch.FirstPosition;
import dev.foresight.sketch.SampleMix;
import dev.foresight.sketch.TokenScalars;
import dev.foresight.spark.CalibratedLlama;
import dev.foresight.spark.selection.SketchSelection;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** Scalars of tokens against the hidden states of transformers, {@link CalibratedLlama}. */
class BlockTokensTest {
  private static final int ROWS = 11;

  private static SampleMix<TokenScalars> tokens(SketchSelection selection, int block)
      throws IOException {
    return new BlockTokens(selection, CalibratedLlama.conf()).call(block);
  }

  @Test
  void residualIsTheMeanSquareOfTheHiddenStatesBehindTheBlock() throws IOException {
    for (int block = 0; block < CalibratedLlama.BLOCKS; block++) {
      float[] hidden = CalibratedLlama.golden("hidden." + (block + 1));
      SketchSelection selection = CalibratedLlama.selection(FirstPosition.INCLUDE, ROWS);
      for (TokenScalars token : tokens(selection, block).chosen()) {
        int row =
            CalibratedLlama.sequence(token.shard(), token.sequence()) * CalibratedLlama.LENGTH
                + token.position();
        double squares = 0;
        for (int j = 0; j < CalibratedLlama.CHANNELS; j++) {
          double x = hidden[row * CalibratedLlama.CHANNELS + j];
          squares += x * x / CalibratedLlama.CHANNELS;
        }
        assertThat((double) token.residual())
            .as("block %d, %s", block, token)
            .isCloseTo(squares, within(1e-4 * squares));
      }
    }
  }

  /** Only queries from the token on see it, each with a probability of at most one. */
  @Test
  void attentionIsAtMostOneFromEachTokenThatSeesIt() throws IOException {
    SketchSelection selection = CalibratedLlama.selection(FirstPosition.INCLUDE, 4096);
    for (TokenScalars token : tokens(selection, 1).chosen()) {
      assertThat(token.attention())
          .as(token.toString())
          .isPositive()
          .isLessThan(CalibratedLlama.LENGTH - token.position() + 1e-4f);
    }
  }

  @Test
  void tokensAreThoseOfTheRowsInTheirOrder() throws IOException {
    for (FirstPosition first : FirstPosition.values()) {
      SketchSelection selection = CalibratedLlama.selection(first, ROWS);
      for (int block = 0; block < CalibratedLlama.BLOCKS; block++) {
        assertThat(tokens(selection, block).tokens())
            .as("%s, block %d", first, block)
            .isEqualTo(ChosenRows.tokens(selection, CalibratedLlama.CONF));
      }
    }
  }

  /** 3 sequences of 40 tokens, or 39 without the first. */
  @Test
  void chosenTokensStandForAllThatCount() throws IOException {
    for (FirstPosition first : FirstPosition.values()) {
      double sum = 0;
      for (float weight : tokens(CalibratedLlama.selection(first, ROWS), 0).weights()) {
        sum += weight;
      }
      assertThat(sum).isCloseTo(first == FirstPosition.INCLUDE ? 120 : 117, within(1e-4));
    }
  }

  /** Only where a norm follows a sublayer is there a mean square of its output: not in a Llama. */
  @Test
  void modelWithoutNormsBehindSublayersHasNoSquaresOfTheirOutputs() throws IOException {
    assertThat(tokens(CalibratedLlama.selection(FirstPosition.INCLUDE, ROWS), 2).chosen())
        .isNotEmpty()
        .allMatch(token -> token.attentionOutput() == 0 && token.mlpOutput() == 0);
  }
}
