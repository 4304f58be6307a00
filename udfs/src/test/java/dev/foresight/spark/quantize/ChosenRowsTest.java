package dev.foresight.spark.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foresight.InputException;
import dev.foresight.importance.TokenKind;
import dev.foresight.importance.TokenWeights;
import dev.foresight.model.Role;
import dev.foresight.quantize.SampledRows;
import dev.foresight.sketch.FirstPosition;
import dev.foresight.sketch.SampledToken;
import dev.foresight.spark.CalibratedLlama;
import dev.foresight.spark.selection.SketchSelection;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Rows of a store against the hidden states of transformers, {@link CalibratedLlama}. */
class ChosenRowsTest {
  /** Rows are kept in fp16: each value is off by at most 2^-11 of itself. */
  private static final double HALF = Math.scalb(1.0, -11);

  private static SketchSelection all(int rows) throws IOException {
    return CalibratedLlama.selection(FirstPosition.INCLUDE, rows);
  }

  private static Map<Role, SampledRows> rows(SketchSelection selection, int block)
      throws IOException {
    return ChosenRows.of(selection, block, Optional.empty(), CalibratedLlama.CONF);
  }

  private static List<SampledToken> tokens(SketchSelection selection) throws IOException {
    return ChosenRows.tokens(selection, CalibratedLlama.CONF);
  }

  @Test
  void rowsOfAttentionAreNormedHiddenStatesOfTheirTokens() throws IOException {
    SketchSelection selection = all(12);
    List<SampledToken> tokens = tokens(selection);
    for (int block = 0; block < CalibratedLlama.BLOCKS; block++) {
      SampledRows found = rows(selection, block).get(Role.ATTENTION_INPUT);
      float[] hidden = CalibratedLlama.golden("hidden." + block);
      float[] weight =
          CalibratedLlama.weight("model.layers.%d.input_layernorm.weight".formatted(block));
      for (int t = 0; t < tokens.size(); t++) {
        SampledToken token = tokens.get(t);
        int row =
            CalibratedLlama.sequence(token.shard(), token.sequence()) * CalibratedLlama.LENGTH
                + token.position();
        int from = t * CalibratedLlama.CHANNELS;
        float[] values =
            Arrays.copyOfRange(found.rows().values(), from, from + CalibratedLlama.CHANNELS);
        assertThat(CalibratedLlama.relativeError(values, CalibratedLlama.norm(hidden, row, weight)))
            .as("block %d, %s", block, token)
            .isLessThan(HALF);
      }
    }
  }

  /**
   * Cells of position 0 have 2 and 1 tokens of 120, the rest 78 and 39. Of 15 rows that is 0.25,
   * 0.125, 9.75 and 4.875: one for each first position, and by largest remainder 10 and 5.
   */
  @Test
  void shardsAndPositionsGetRowsByTheirTokens() throws IOException {
    SketchSelection selection = all(15);
    List<SampledToken> tokens = tokens(selection);
    assertThat(tokens.stream().filter(t -> t.position() == 0).map(SampledToken::shard))
        .containsExactly("a", "b");
    assertThat(tokens.stream().filter(t -> t.position() > 0 && t.shard().equals("a"))).hasSize(10);
    assertThat(tokens.stream().filter(t -> t.position() > 0 && t.shard().equals("b"))).hasSize(5);
    float[] weights = rows(selection, 0).get(Role.MLP_INPUT).weights();
    for (int t = 0; t < weights.length; t++) {
      boolean a = tokens.get(t).shard().equals("a");
      float expected = tokens.get(t).position() == 0 ? (a ? 2 : 1) : (a ? 78 / 10f : 39 / 5f);
      assertThat(weights[t]).as(tokens.get(t).toString()).isEqualTo(expected);
    }
  }

  @Test
  void everyRoleOfEveryBlockHasRowsOfTheSameTokens() throws IOException {
    SketchSelection selection = all(9);
    int expected = tokens(selection).size();
    for (int block = 0; block < CalibratedLlama.BLOCKS; block++) {
      Map<Role, SampledRows> rows = rows(selection, block);
      assertThat(rows).containsOnlyKeys(Role.values());
      rows.forEach((role, of) -> assertThat(of.rows().rows()).as(role.key()).isEqualTo(expected));
    }
  }

  @Test
  void partsAreTheShardsInTheirOrder() throws IOException {
    SketchSelection selection = all(9);
    int[] parts = rows(selection, 1).get(Role.MLP_OUTPUT).parts();
    List<SampledToken> tokens = tokens(selection);
    for (int t = 0; t < parts.length; t++) {
      assertThat(parts[t]).isEqualTo(tokens.get(t).shard().equals("a") ? 0 : 1);
    }
  }

  @Test
  void withoutPositionZeroNoneOfItsRowsIsChosen() throws IOException {
    assertThat(tokens(CalibratedLlama.selection(FirstPosition.EXCLUDE, 12)))
        .hasSize(12)
        .noneMatch(token -> token.position() == 0);
  }

  /** Of the rest a shard keeps as many as a slice does; of position 0 one a slice, 3 in all. */
  @Test
  void moreRowsThanAreKeptAreAllThatAreKept() throws IOException {
    assertThat(tokens(all(4096))).hasSize(2 * CalibratedLlama.ROWS + 3).doesNotHaveDuplicates();
  }

  @Test
  void weightsOfTokensComeWithTheRows() throws IOException {
    SketchSelection selection = all(9);
    List<SampledToken> tokens = tokens(selection);
    float[] residual = new float[tokens.size()];
    Arrays.fill(residual, 3);
    TokenWeights weights = new TokenWeights(tokens, Map.of(TokenKind.RESIDUAL_MLP, residual));
    ChosenRows.of(selection, 2, Optional.of(weights), CalibratedLlama.CONF)
        .forEach(
            (role, rows) ->
                assertThat(rows.tokens().get(TokenKind.RESIDUAL_MLP))
                    .as(role.key())
                    .isSameAs(residual));
    assertThat(rows(selection, 2).get(Role.MLP_INPUT).tokens()).isEmpty();
  }

  @Test
  void weightsOfOtherTokensAreRefused() throws IOException {
    SketchSelection selection = all(9);
    List<SampledToken> others = new ArrayList<>(tokens(selection));
    Collections.swap(others, 0, 1);
    TokenWeights weights = new TokenWeights(others, Map.of());
    assertThatThrownBy(
            () -> ChosenRows.of(selection, 1, Optional.of(weights), CalibratedLlama.CONF))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "The store %s holds rows of attention_input, block 1, of other tokens than its scalars of tokens: calibrate again, or pass --token-weights none."
                .formatted(CalibratedLlama.store()));
  }

  @Test
  void storeWithoutARowThatCountsIsRefused() throws IOException {
    SketchSelection all = CalibratedLlama.selection(FirstPosition.EXCLUDE, 9);
    SketchSelection none =
        new SketchSelection(
            all.store(),
            all.slices(),
            all.shards(),
            all.tokens(),
            Map.of("a", 0.0, "b", 0.0),
            all.firstPosition(),
            all.rows(),
            all.kept());
    String message =
        "None of the rows that the store %s holds of a, b counts: include position 0 by --first-position include, calibrate into another store with --rows 512, or pass --loss diagonal."
            .formatted(all.store());
    assertThatThrownBy(() -> rows(none, 0)).isInstanceOf(InputException.class).hasMessage(message);
    assertThatThrownBy(() -> tokens(none)).isInstanceOf(InputException.class).hasMessage(message);
  }
}
