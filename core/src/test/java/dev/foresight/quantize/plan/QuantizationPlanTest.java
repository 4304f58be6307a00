package dev.foresight.quantize.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.foresight.InputException;
import dev.foresight.importance.TokenWeighting;
import dev.foresight.sketch.FirstPosition;
import dev.foresight.sketch.Rows;
import dev.foresight.sketch.Sums;
import dev.foresight.sketch.Tokens;
import dev.foresight.tensor.DType;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** What a plan says of linears, sketches and data. */
class QuantizationPlanTest {
  private static final Grid COMMON = new Grid(4, 64, true, DType.F16);
  private static final Grid WIDE = new Grid(8, 64, true, DType.F16);

  private static QuantizationPlan plan(SearchSettings search, DataChoice data) {
    ModelGrids grids =
        new ModelGrids(
            COMMON,
            new TreeMap<>(Map.of("layers.0.mlp.down_proj", WIDE)),
            new TreeSet<>(List.of("layers.1.mlp.down_proj")),
            Map.of());
    return new QuantizationPlan(
        Method.AWQ, "dequantized", grids, search, FutureWindow.none(), data, 512);
  }

  private static DataChoice all() {
    return DataChoice.all(FirstPosition.INCLUDE);
  }

  @Test
  void eachLinearHasItsGridStepsAndRounding() {
    QuantizationPlan plan = plan(SearchSettings.awq().withSteps(Steps.OUTPUT), all());
    assertThat(plan.of("layers.0.attn.q_proj"))
        .isEqualTo(new LinearPlan(COMMON, Steps.OUTPUT, RoundingSettings.nearest()));
    assertThat(plan.of("layers.0.mlp.down_proj").grid()).isEqualTo(WIDE);
    assertThat(plan.of("layers.1.mlp.down_proj").inFloat()).isTrue();
  }

  @Test
  void sampledLossNeedsRowsAndDiagonalLossSumsAlone() {
    assertThat(plan(SearchSettings.awq(), all()).needs().stream().map(Need::statistic))
        .containsExactly(Sums.SUMS, Rows.ROWS);
    QuantizationPlan diagonal = plan(SearchSettings.awq().withLoss(Loss.DIAGONAL), all());
    assertThat(diagonal.reads(Sums.SUMS)).isTrue();
    assertThat(diagonal.reads(Rows.ROWS)).isFalse();
    assertThat(plan(SearchSettings.rtn(), null).needs()).isEmpty();
  }

  private static QuantizationPlan weighed(SearchSettings search, DataChoice data) {
    return new QuantizationPlan(
        Method.AWQ,
        "gptq",
        ModelGrids.of(COMMON),
        search,
        FutureWindow.none(),
        data,
        512,
        TokenWeighting.of(TokenWeighting.Form.FUTURE));
  }

  @Test
  void weightsOfTokensNeedTheirScalars() {
    QuantizationPlan plan = weighed(SearchSettings.awq(), all());
    assertThat(plan.needs().stream().map(Need::statistic))
        .containsExactly(Sums.SUMS, Rows.ROWS, Tokens.TOKENS);
    assertThat(plan.needs().get(2).by()).isEqualTo("--token-weights future");
    assertThat(plan.with(all().among(List.of("code"), List.of(), null, 0)).tokens())
        .isEqualTo(plan.tokens());
  }

  @Test
  void weightsOfTokensWithoutRowsToWeighAreRefused() {
    for (SearchSettings search :
        List.of(SearchSettings.awq().withLoss(Loss.DIAGONAL), SearchSettings.rtnWeighted())) {
      assertThatThrownBy(() -> weighed(search, all()))
          .isInstanceOf(InputException.class)
          .hasMessageContaining("--token-weights future weighs sampled rows")
          .hasMessageContaining("--loss sampled");
    }
    assertThatThrownBy(() -> weighed(SearchSettings.rtn(), null))
        .isInstanceOf(InputException.class);
  }

  @Test
  void compensatedRoundingNeedsRowsWhateverTheLossAndNamesItself() {
    SearchSettings compensated = SearchSettings.rtn().withRounding(RoundingSettings.compensated());
    List<Need> needs = plan(compensated, all()).needs();
    assertThat(needs.stream().map(Need::statistic)).containsExactly(Sums.SUMS, Rows.ROWS);
    assertThat(needs).allMatch(need -> need.by().equals("compensated rounding"));
    assertThat(needs).allMatch(need -> need.otherwise().contains("--rounding nearest"));
  }

  @Test
  void compensationOutOfRangeIsRefused() {
    for (double shrinkage : new double[] {-0.1, 1.5, Double.NEGATIVE_INFINITY}) {
      assertThatThrownBy(() -> new RoundingSettings(Rounding.COMPENSATED, shrinkage, 1))
          .isInstanceOf(InputException.class)
          .hasMessageContaining("--shrinkage");
    }
    assertThatThrownBy(() -> new RoundingSettings(Rounding.COMPENSATED, 0.3, -1))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("--refits -1");
  }

  @Test
  void shrinkageThatIsNoNumberIsLearntAndComesBackFromJson() {
    RoundingSettings learning = new RoundingSettings(Rounding.COMPENSATED, Double.NaN, 1);
    assertThat(learning.learnsShrinkage()).isTrue();
    assertThat(RoundingSettings.compensated().learnsShrinkage()).isTrue();
    QuantizationPlan plan = plan(SearchSettings.foresight().withRounding(learning), all());
    ObjectNode json = new ObjectMapper().createObjectNode();
    PlanJson.write(plan, json);
    assertThat(json.at("/search/shrinkage").asText()).isEqualTo("auto");
    assertThat(PlanJson.read(json, "report").search()).isEqualTo(plan.search());
  }

  @Test
  void planThatLearnsNothingIsTheSameForAnyData() {
    QuantizationPlan rtn = plan(SearchSettings.rtn(), null);
    assertThat(rtn.with(all())).isSameAs(rtn);
  }

  @Test
  void planForOtherDataDiffersInNothingElse() {
    QuantizationPlan plan = plan(SearchSettings.awq(), all());
    DataChoice code = all().among(List.of("code"), List.of(), null, 0);
    assertThat(plan.with(code).data()).contains(code);
    assertThat(plan.with(code).with(all())).isEqualTo(plan);
  }

  @Test
  void searchWithoutAnyRowIsRefused() {
    assertThatThrownBy(
            () ->
                new QuantizationPlan(
                    Method.AWQ,
                    "gptq",
                    ModelGrids.of(COMMON),
                    SearchSettings.awq(),
                    FutureWindow.none(),
                    all(),
                    0))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("--search-rows 0");
  }

  @Test
  void methodsAreNamedAsOnTheCommandLine() {
    assertThat(Method.parse("faq-adaptive", "report.json")).isEqualTo(Method.FAQ_ADAPTIVE);
    assertThat(Method.FAQ_ADAPTIVE).hasToString("faq-adaptive");
    assertThatThrownBy(() -> Method.parse("gptq", "report.json"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("report.json names method 'gptq'")
        .hasMessageContaining("rtn-weighted");
  }

  @Test
  void onlyMethodsThatSearchNeedSketches() {
    assertThat(List.of(Method.values()).stream().filter(m -> !m.needsSketches()))
        .containsExactly(Method.RTN);
  }
}
