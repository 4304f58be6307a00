package dev.foresight.jobs.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.foresight.InputException;
import dev.foresight.export.ExportedCheckpoints;
import dev.foresight.jobs.Cli;
import dev.foresight.model.Model;
import dev.foresight.quantize.plan.Loss;
import dev.foresight.quantize.plan.Method;
import dev.foresight.quantize.plan.QuantizationPlan;
import dev.foresight.quantize.plan.Rounding;
import dev.foresight.quantize.plan.RoundingSettings;
import dev.foresight.spark.io.Json;
import dev.foresight.tensor.LocalModelFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;

/** What {@code --rounding} and its options make of a plan and of a model. */
class RoundingOptionsTest {
  @TempDir private Path folder;

  @CommandLine.Command
  private static final class Options {
    @Mixin private PlanOptions plan;
  }

  private static QuantizationPlan plan(String... options) throws IOException {
    Options parsed = new Options();
    List<String> words = new ArrayList<>(List.of(options));
    words.addAll(List.of("--group", "64"));
    new CommandLine(parsed)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .parseArgs(words.toArray(String[]::new));
    LocalModelFolder files = new LocalModelFolder(Cli.TINY);
    try (Model model = Model.of(files, ExportedCheckpoints.open(files))) {
      return parsed.plan.plan(model);
    }
  }

  @Test
  void foresightCompensatesByDefaultAndOthersWhenTold() throws IOException {
    RoundingSettings usual = new RoundingSettings(Rounding.COMPENSATED, Double.NaN, 1);
    assertThat(plan().method()).isEqualTo(Method.FORESIGHT);
    assertThat(plan().search().rounding()).isEqualTo(usual);
    assertThat(plan("--method", "awq").search().rounding()).isEqualTo(RoundingSettings.nearest());
    assertThat(plan("--method", "awq", "--rounding", "compensated").search().rounding())
        .isEqualTo(usual);
    assertThat(
            plan("--rounding", "compensated", "--shrinkage", "0", "--refits", "2")
                .search()
                .rounding())
        .isEqualTo(new RoundingSettings(Rounding.COMPENSATED, 0, 2));
  }

  @ParameterizedTest
  @EnumSource(Method.class)
  void compensationTakesDataWithEveryMethod(Method method) throws IOException {
    QuantizationPlan plan = plan("--method", method.key(), "--rounding", "compensated");
    assertThat(plan.data()).isPresent();
    assertThat(plan.search().loss()).isEqualTo(Loss.SAMPLED);
    assertThat(plan.search().steps()).isEqualTo(method.search().steps());
  }

  @Test
  void targetsAreCorrectedWhenAskedFor() throws IOException {
    assertThat(plan("--propagate").search().rounding())
        .isEqualTo(RoundingSettings.compensated().propagating(true));
    assertThat(plan("--no-propagate").search().rounding())
        .isEqualTo(RoundingSettings.compensated());
  }

  @ParameterizedTest
  @ValueSource(strings = {"--propagate", "--shrinkage=0.5", "--refits=2"})
  void whatNearestRoundingDoesNotKnowIsRefused(String option) {
    assertThatThrownBy(() -> plan("--method", "awq", option))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("--rounding compensated");
  }

  @Test
  void roundingThatNobodyKnowsIsRefused() {
    assertThatThrownBy(() -> plan("--rounding", "stochastic"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("choose nearest or compensated");
  }

  private Cli.Result quantize(String out, Object... options) {
    List<Object> words =
        new ArrayList<>(List.of("quantize", "--master", "local[2]", "--model", Cli.TINY));
    words.addAll(List.of("--method", "rtn", "--bits", 3, "--group", 64, "--symmetric"));
    words.addAll(List.of("--out", folder.resolve(out)));
    words.addAll(List.of(options));
    return Cli.run(words.toArray());
  }

  @Test
  void compensationWithoutSketchesIsRefused() {
    Cli.Result refused = quantize("out", "--rounding", "compensated");
    assertThat(refused.exitCode()).isEqualTo(3);
    assertThat(refused.err()).contains("--rounding compensated needs --sketches");
  }

  @Test
  void compensatedModelHasLessLossAndIsVerified() throws IOException {
    Path store = folder.resolve("store");
    assertThat(Cli.calibrate("local[2]", store).exitCode()).isZero();
    Cli.Result result = quantize("out", "--rounding", "compensated", "--sketches", store);
    assertThat(result.exitCode()).as(result.err()).isZero();
    JsonNode report = Json.MAPPER.readTree(folder.resolve("out/report.json").toFile());
    assertThat(report.at("/search/rounding").textValue()).isEqualTo("compensated");
    assertThat(report.at("/search/shrinkage").textValue()).isEqualTo("auto");
    assertThat(report.at("/search/refits").intValue()).isEqualTo(1);
    assertThat(report.at("/result/loss_final").doubleValue())
        .isLessThan(0.8 * report.at("/result/loss_rounded").doubleValue());
    Cli.Result verified = Cli.run("verify", "--master", "local[2]", folder.resolve("out"));
    assertThat(verified.exitCode()).as(verified.err()).isZero();
  }
}
