package dev.foresight.quantize.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.foresight.InputException;
import dev.foresight.importance.Normalization;
import dev.foresight.importance.Roles;
import dev.foresight.importance.TokenWeighting;
import dev.foresight.importance.TokenWeighting.Form;
import dev.foresight.importance.Weights;
import dev.foresight.importance.Window;
import dev.foresight.sketch.FirstPosition;
import dev.foresight.tensor.DType;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A plan's JSON form holds all of it. */
class PlanJsonTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  /** Every field has a value that is not the default. */
  private static QuantizationPlan full() {
    Grid common = new Grid(3, 64, true, DType.BF16, 1, SymmetricStep.NARROW);
    Grid wide = new Grid(8, 32, true, DType.BF16, 1, SymmetricStep.NARROW);
    ModelGrids grids =
        new ModelGrids(
            common,
            new TreeMap<>(Map.of("model.layers.0.mlp.down_proj", wide)),
            new TreeSet<>(List.of("model.layers.1.mlp.down_proj")),
            Map.of(
                GridOverride.parse("layers\\.0\\..*down=bits:8,group:32"),
                List.of("model.layers.0.mlp.down_proj"),
                GridOverride.parse("down_proj=float"),
                List.of("model.layers.1.mlp.down_proj")));
    return new QuantizationPlan(
        Method.FAQ_ADAPTIVE,
        "gptq",
        grids,
        new SearchSettings(
            true,
            true,
            Loss.DIAGONAL,
            Steps.OUTPUT,
            new RoundingSettings(Rounding.COMPENSATED, 0.25, 2),
            true,
            15,
            4),
        new FutureWindow(
            "smollm2-135m",
            new Window(0.3, 2, Weights.parse("geometric:0.5"), Normalization.MEAN, Roles.RESIDUAL),
            true),
        new DataChoice(
            List.of("code", "a=b,c"),
            List.of("legal"),
            Map.of("code", 0.1),
            true,
            7L,
            3,
            FirstPosition.EXCLUDE),
        256);
  }

  private static ObjectNode json(QuantizationPlan plan) {
    ObjectNode node = MAPPER.createObjectNode();
    PlanJson.write(plan, node);
    return node;
  }

  private static QuantizationPlan plain(Method method) {
    return new QuantizationPlan(
        method,
        "compressed-tensors",
        ModelGrids.of(new Grid(4, 128, false, DType.F16)),
        method.search(),
        method.looksAhead()
            ? new FutureWindow("fallback", Window.fallback(), method.adaptive())
            : FutureWindow.none(),
        method.needsSketches() ? DataChoice.all(FirstPosition.INCLUDE) : null,
        512);
  }

  @Test
  void everyFieldComesBackAfterAJourneyThroughText() throws Exception {
    String text = MAPPER.writeValueAsString(json(full()));
    assertThat(PlanJson.read(MAPPER.readTree(text), "report.json")).isEqualTo(full());
  }

  @ParameterizedTest
  @EnumSource(Method.class)
  void everyMethodComesBack(Method method) {
    assertThat(PlanJson.read(json(plain(method)), "report.json")).isEqualTo(plain(method));
  }

  @Test
  void planThatRoundsToNearestSaysNothingOfCompensation() {
    JsonNode search = json(plain(Method.AWQ)).get("search");
    assertThat(search.get("rounding").textValue()).isEqualTo("nearest");
    assertThat(search.has("shrinkage")).isFalse();
    assertThat(search.has("refits")).isFalse();
  }

  @Test
  void leastZeroOfAContainerThatStoresZerosLessOneIsNotLost() {
    assertThat(PlanJson.read(json(full()), "").grids().common().leastZero()).isEqualTo(1);
  }

  @Test
  void weightsOfTokensComeBackAndAreNotNamedWhereThereAreNone() {
    QuantizationPlan awq = plain(Method.AWQ);
    TokenWeighting weighting = new TokenWeighting(Form.FIRST_POSITION, 0.25, 3, false);
    QuantizationPlan weighed =
        new QuantizationPlan(
            awq.method(),
            awq.container(),
            awq.grids(),
            awq.search(),
            awq.window(),
            awq.dataOrNull(),
            awq.searchRows(),
            weighting);
    assertThat(PlanJson.read(json(weighed), "report.json")).isEqualTo(weighed);
    assertThat(json(weighed).path("tokens").toString())
        .isEqualTo(
            "{\"weights\":\"first-position\",\"exponent\":0.25,\"blocks\":3,\"attention\":false}");
    assertThat(json(awq).has("tokens")).isFalse();
  }

  @Test
  void plansThatDifferInOneFieldDifferInTheirText() {
    QuantizationPlan plan = full();
    QuantizationPlan other =
        new QuantizationPlan(
            plan.method(),
            plan.container(),
            plan.grids(),
            plan.search().withSteps(Steps.CLIP),
            plan.window(),
            plan.dataOrNull(),
            plan.searchRows());
    assertThat(json(other).toString()).isNotEqualTo(json(plan).toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"method", "grid", "search", "plan_schema"})
  void missingFieldIsNamed(String field) {
    ObjectNode node = json(full());
    node.remove(field);
    assertThatThrownBy(() -> PlanJson.read(node, "out/report.json"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("out/report.json")
        .hasMessageContaining(field.equals("plan_schema") ? "schema 0" : field);
  }

  @Test
  void otherMeaningIsRefusedByItsSchemaNumber() {
    ObjectNode node = json(full());
    node.put("plan_schema", PlanJson.SCHEMA + 1);
    assertThatThrownBy(() -> PlanJson.read(node, "out/report.json"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("schema " + (PlanJson.SCHEMA + 1))
        .hasMessageContaining("--overwrite");
  }

  @Test
  void overrideThatNamesFewerLinearsThanItCountsIsDamaged() {
    ObjectNode node = json(full());
    ((ObjectNode) node.path("overrides").get(0)).put("linears", 9);
    assertThatThrownBy(() -> PlanJson.read(node, "out/report.json"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("damaged");
  }
}
