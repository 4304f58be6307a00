package dev.foresight.spark.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.foresight.importance.Normalization;
import dev.foresight.importance.Roles;
import dev.foresight.importance.TokenKind;
import dev.foresight.importance.TokenWeights;
import dev.foresight.importance.Weights;
import dev.foresight.importance.Window;
import dev.foresight.model.Role;
import dev.foresight.quantize.plan.DataChoice;
import dev.foresight.quantize.plan.Grid;
import dev.foresight.quantize.plan.Loss;
import dev.foresight.quantize.plan.SearchSettings;
import dev.foresight.sketch.FirstPosition;
import dev.foresight.sketch.SampledToken;
import dev.foresight.spark.BareExecutor;
import dev.foresight.spark.CalibratedLlama;
import dev.foresight.spark.quantize.BlockMoments;
import dev.foresight.spark.quantize.BlockMoments.Moments;
import dev.foresight.spark.quantize.ChosenRows;
import dev.foresight.spark.selection.DataSelection;
import dev.foresight.spark.selection.SketchSelection;
import dev.foresight.tensor.DType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Forms that are tried on shards of {@link CalibratedLlama}. */
class FormLossesTest {
  private static final Grid GRID = new Grid(3, 16, true, DType.F32);
  private static final Form OWN = Form.of(Window.none());
  private static final Form AHEAD =
      Form.of(new Window(0.3, 2, Weights.UNIFORM, Normalization.MEAN, Roles.ALL));

  private BareExecutor executor;

  @BeforeEach
  void begin() {
    executor = new BareExecutor();
  }

  @AfterEach
  void end() {
    executor.close();
  }

  private static SketchSelection shard(String shard) throws IOException {
    return DataSelection.of(
        DataChoice.all(FirstPosition.INCLUDE).among(List.of(shard), List.of(), null, 0),
        CalibratedLlama.store(),
        CalibratedLlama.manifest(),
        List.of(),
        10);
  }

  private static List<Map<Role, Double>> losses(
      SearchSettings search,
      SketchSelection calibrated,
      SketchSelection elsewhere,
      List<List<TokenWeights>> tokens,
      int block)
      throws IOException {
    List<Moments> moments = new ArrayList<>();
    for (int b = 0; b < CalibratedLlama.BLOCKS; b++) {
      moments.add(new BlockMoments(calibrated, CalibratedLlama.conf()).call(b));
    }
    FormLosses.Plan plan =
        new FormLosses.Plan(
            CalibratedLlama.MODEL.toString(),
            GRID,
            search,
            List.of(OWN, AHEAD),
            calibrated,
            elsewhere,
            tokens);
    return new FormLosses(plan, BareExecutor.broadcast(moments), CalibratedLlama.conf())
        .call(block);
  }

  private static double sum(Map<Role, Double> losses) {
    return losses.values().stream().mapToDouble(Double::doubleValue).sum();
  }

  private static SearchSettings plain() {
    return SearchSettings.rtn().withLoss(Loss.SAMPLED);
  }

  @Test
  void everyFormHasALossOfEveryRole() throws IOException {
    List<Map<Role, Double>> losses =
        losses(SearchSettings.faq(), shard("a"), shard("b"), List.of(), 1);
    assertThat(losses).hasSize(2);
    losses.forEach(
        form -> {
          assertThat(form).containsOnlyKeys(Role.values());
          assertThat(form.values()).allMatch(loss -> loss > 0 && loss < 1e6);
        });
  }

  @Test
  void formDoesNotMatterWhereNoScaleIsSearched() throws IOException {
    List<Map<Role, Double>> losses = losses(plain(), shard("a"), shard("b"), List.of(), 0);
    assertThat(losses.get(1)).isEqualTo(losses.get(0));
  }

  /** s = 1 is among the candidates; what is folded is rounded, which may cost a little. */
  @Test
  void searchedScalesAreNoWorseOnTheRowsTheyWereSearchedOn() throws IOException {
    SketchSelection a = shard("a");
    for (int block = 0; block < CalibratedLlama.BLOCKS; block++) {
      Map<Role, Double> plain = losses(plain(), a, a, List.of(), block).get(0);
      for (Map<Role, Double> form : losses(SearchSettings.faq(), a, a, List.of(), block)) {
        form.forEach(
            (role, loss) ->
                assertThat(loss).as(role.key()).isLessThanOrEqualTo(plain.get(role) * 1.001));
        assertThat(sum(form)).isLessThan(0.99 * sum(plain));
      }
    }
  }

  @Test
  void lastBlockLooksAheadToNothing() throws IOException {
    List<Map<Role, Double>> losses =
        losses(SearchSettings.faq(), shard("a"), shard("b"), List.of(), 2);
    assertThat(losses.get(1)).isEqualTo(losses.get(0));
  }

  @Test
  void lossIsMeasuredElsewhere() throws IOException {
    double there = sum(losses(plain(), shard("a"), shard("b"), List.of(), 1).get(0));
    assertThat(sum(losses(plain(), shard("b"), shard("b"), List.of(), 1).get(0)))
        .as("rounding does not depend on where it was searched")
        .isEqualTo(there);
    assertThat(sum(losses(plain(), shard("b"), shard("a"), List.of(), 1).get(0)))
        .isNotEqualTo(there);
  }

  /**
   * A loss is a mean over tokens, each times its weight: what weighs 3 has three times the loss.
   */
  @Test
  void weightOfTokensMultipliesTheirLoss() throws IOException {
    Map<Role, Double> alike = losses(plain(), shard("a"), shard("b"), List.of(), 1).get(0);
    Map<Role, Double> three =
        losses(
                plain(),
                shard("a"),
                shard("b"),
                List.of(weights(shard("a"), 1), weights(shard("b"), 3)),
                1)
            .get(0);
    three.forEach(
        (role, loss) ->
            assertThat(loss)
                .as(role.key())
                .isCloseTo(3 * alike.get(role), within(1e-4 * alike.get(role))));
  }

  private static List<TokenWeights> weights(SketchSelection selection, float weight)
      throws IOException {
    List<SampledToken> tokens = ChosenRows.tokens(selection, CalibratedLlama.CONF);
    Map<TokenKind, float[]> weights = new EnumMap<>(TokenKind.class);
    for (TokenKind kind : TokenKind.values()) {
      float[] all = new float[tokens.size()];
      Arrays.fill(all, weight);
      weights.put(kind, all);
    }
    TokenWeights alike = new TokenWeights(tokens, weights);
    return List.of(alike, alike, alike);
  }
}
