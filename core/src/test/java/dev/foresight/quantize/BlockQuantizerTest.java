package dev.foresight.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.foresight.model.Role;
import dev.foresight.quantize.plan.Loss;
import dev.foresight.quantize.plan.RoundingSettings;
import dev.foresight.quantize.plan.SearchSettings;
import dev.foresight.quantize.plan.Steps;
import dev.foresight.tensor.DType;
import dev.foresight.tensor.Matrix;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** One block with grouped heads (4 query, 2 kv), a bias on v and a dead channel, against NumPy. */
class BlockQuantizerTest {
  private static final JsonNode GOLDEN = Golden.read("block.json");

  static Stream<JsonNode> cases() {
    return StreamSupport.stream(GOLDEN.get("cases").spliterator(), false);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void searchPicksTheExponentsOfTheReference(JsonNode expected) {
    for (LinearReport report : run(expected).reports()) {
      JsonNode role = expected.get("roles").get(report.role().key());
      if (role == null) {
        assertThat(report.alpha()).isNaN();
      } else {
        assertThat(report.alpha()).as(report.linear()).isEqualTo(role.get("alpha").doubleValue());
      }
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void codesStepsAndZerosEqualTheReference(JsonNode expected) {
    Map<String, QuantizedLinear> linears = run(expected).linears();
    assertThat(linears).hasSize(7);
    linears.forEach(
        (name, linear) -> {
          JsonNode golden = expected.get("linears").get(name);
          assertThat(linear.steps()).as(name).isEqualTo(Golden.floats(golden.get("steps")));
          assertThat(linear.zeros()).as(name).isEqualTo(Golden.bytes(golden.get("zeros")).array());
          assertThat(linear.codes()).as(name).isEqualTo(Golden.bytes(golden.get("codes")).array());
        });
  }

  @ParameterizedTest
  @MethodSource("cases")
  void foldedNormsAndBiasesEqualTheReference(JsonNode expected) {
    run(expected)
        .vectors()
        .forEach(
            (name, vector) ->
                assertThat(vector)
                    .as(name)
                    .isEqualTo(Golden.floats(expected.get("vectors").get(name))));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void lossesAndClipSharesEqualTheReferenceUpToRounding(JsonNode expected) {
    Map<Role, double[]> sums = new EnumMap<>(Role.class);
    for (LinearReport report : run(expected).reports()) {
      JsonNode golden = expected.get("linears").get(report.linear());
      double loss = golden.get("final_loss").doubleValue();
      assertThat(report.finalLoss()).as(report.linear()).isCloseTo(loss, within(1e-5 * loss));
      assertThat(report.clipShare()).isEqualTo(golden.get("clip_share").doubleValue());
      double[] sum = sums.computeIfAbsent(report.role(), role -> new double[2]);
      sum[0] += report.roundLoss();
      sum[1] += report.scaleLoss();
    }
    expected
        .get("roles")
        .properties()
        .forEach(
            entry -> {
              double[] sum = sums.get(Role.valueOf(entry.getKey().toUpperCase(Locale.ROOT)));
              double round = entry.getValue().get("round_loss").doubleValue();
              double scale = entry.getValue().get("scale_loss").doubleValue();
              assertThat(sum[0]).isCloseTo(round, within(1e-5 * round));
              assertThat(sum[1]).isCloseTo(scale, within(1e-5 * scale));
            });
  }

  private static BlockResult run(JsonNode expected) {
    JsonNode settings = expected.get("settings");
    return BlockQuantizer.quantize(
        weights(),
        Blocks.llama(2, 16),
        statistics(),
        Golden.grid(expected.get("grid")),
        new SearchSettings(
            true,
            settings.get("weight_term").booleanValue(),
            Loss.parse(settings.get("loss").textValue()),
            Steps.valueOf(settings.get("steps").textValue().toUpperCase(Locale.ROOT)),
            RoundingSettings.nearest(),
            settings.get("attention_output").booleanValue(),
            20,
            6),
        new PlainProduct());
  }

  private static BlockWeights weights() {
    Map<String, Matrix> linears = new HashMap<>();
    GOLDEN
        .get("linears_bf16")
        .properties()
        .forEach(e -> linears.put(e.getKey(), Golden.matrix(e.getValue())));
    Map<String, float[]> vectors = new HashMap<>();
    GOLDEN
        .get("vectors_bf16")
        .properties()
        .forEach(e -> vectors.put(e.getKey(), Golden.floats(e.getValue())));
    return new BlockWeights("model.layers.0", linears, vectors, DType.BF16);
  }

  private static Map<Role, RoleStatistics> statistics() {
    Map<Role, RoleStatistics> statistics = new EnumMap<>(Role.class);
    for (Role role : Role.values()) {
      JsonNode golden = GOLDEN.get("statistics").get(role.key());
      statistics.put(
          role,
          new RoleStatistics(
              Golden.doubles(golden.get("importance")),
              Golden.doubles(golden.get("mean_square")),
              new SampledRows(
                  Golden.matrix(golden.get("rows")), Golden.floats(golden.get("row_weights")))));
    }
    return statistics;
  }
}
