package dev.foresight.jobs.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foresight.InputException;
import dev.foresight.importance.Normalization;
import dev.foresight.importance.Roles;
import dev.foresight.importance.Weights;
import dev.foresight.importance.Window;
import dev.foresight.jobs.Cli;
import dev.foresight.model.ModelConfig;
import dev.foresight.quantize.plan.FutureWindow;
import dev.foresight.quantize.plan.Method;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** Where each part of a window comes from: the option, else the entry that was searched before. */
class WindowOptionsTest {
  private static final String ENTRY =
      """
      {"family": "mine", "window": {"blend": 0.25, "blocks": 2, "weights": "geometric:0.5",
       "normalization": "mean", "roles": "residual"}}
      """;

  @TempDir private Path folder;

  @CommandLine.Command
  private static final class Line {
    @CommandLine.Mixin private WindowOptions window;
  }

  private static WindowOptions parsed(String... options) {
    Line line = new Line();
    new CommandLine(line).parseArgs(options);
    return line.window;
  }

  private static FutureWindow window(Method method, String... options) throws IOException {
    String config = Files.readString(Cli.TINY.resolve("config.json"));
    return parsed(options).of(method, ModelConfig.parse(config, "config.json"));
  }

  private String entry() throws IOException {
    return Files.writeString(folder.resolve("entry.json"), ENTRY).toString();
  }

  @ParameterizedTest
  @EnumSource(
      value = Method.class,
      names = {"RTN", "RTN_WEIGHTED", "AWQ", "FORESIGHT"})
  void methodThatDoesNotLookAheadHasNoWindow(Method method) throws IOException {
    assertThat(window(method)).isEqualTo(FutureWindow.none());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--window-blend=1",
        "--window-blocks=0",
        "--window-weights=uniform",
        "--window-normalization=log",
        "--window-roles=all",
        "--presearched=fallback"
      })
  void partOfAWindowThatNobodyLooksAtIsRefused(String option) {
    assertThatThrownBy(() -> window(Method.AWQ, option))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "--method awq has no window over channels: drop --presearched and --window-…, or pass --method faq.");
  }

  @Test
  void entryGivesWhatNoOptionGives() throws IOException {
    FutureWindow window = window(Method.FAQ, "--presearched", entry());
    assertThat(window.source()).isEqualTo("mine");
    assertThat(window.adaptive()).isFalse();
    assertThat(window.window())
        .isEqualTo(new Window(0.25, 2, Weights.geometric(0.5), Normalization.MEAN, Roles.RESIDUAL));
  }

  /** Each line changes one part of the entry and leaves the other four. */
  @ParameterizedTest
  @CsvSource({
    "--window-blend=0.75, 0.75, 2, geometric:0.5, mean, residual",
    "--window-blocks=5, 0.25, 5, geometric:0.5, mean, residual",
    "--window-weights=uniform, 0.25, 2, uniform, mean, residual",
    "--window-normalization=none, 0.25, 2, geometric:0.5, none, residual",
    "--window-roles=all, 0.25, 2, geometric:0.5, mean, all"
  })
  void optionReplacesItsOwnPartAlone(
      String option, double blend, int blocks, String weights, String normalization, String roles)
      throws IOException {
    Window window = window(Method.FAQ, "--presearched", entry(), option).window();
    assertThat(window.blend()).isEqualTo(blend);
    assertThat(window.blocks()).isEqualTo(blocks);
    assertThat(window.weights().key()).isEqualTo(weights);
    assertThat(window.normalization().key()).isEqualTo(normalization);
    assertThat(window.roles().key()).isEqualTo(roles);
  }

  @Test
  void adaptiveMethodLooksAheadThroughTheSameWindow() throws IOException {
    FutureWindow adaptive = window(Method.FAQ_ADAPTIVE, "--window-blocks", "4");
    assertThat(adaptive.adaptive()).isTrue();
    assertThat(adaptive.window()).isEqualTo(window(Method.FAQ, "--window-blocks=4").window());
  }

  @Test
  void fallbackIsTakenWhenAskedForAlsoWhereAnEntryMatches() throws IOException {
    assertThat(window(Method.FAQ).source()).isEqualTo("foresight-tiny");
    FutureWindow fallback = window(Method.FAQ, "--presearched", "fallback");
    assertThat(fallback.source()).isEqualTo("fallback");
    assertThat(fallback.window()).isEqualTo(Window.fallback());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--window-blend=1.5 | --window-blend 1.5 is out of range",
        "--window-blend=NaN | --window-blend NaN is out of range",
        "--window-blocks=-1 | --window-blocks -1 is negative",
        "--window-weights=steep | steep",
        "--window-normalization=sum | sum",
        "--window-roles=attention | attention"
      })
  void partThatIsNoneIsRefused(String option, String message) {
    assertThatThrownBy(() -> window(Method.FAQ, option))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(message);
  }

  @Test
  void onlyAPathIsAFileThatIsRead() {
    assertThat(parsed().entry()).isEmpty();
    assertThat(parsed("--presearched", "fallback").entry()).isEmpty();
    assertThat(parsed("--presearched", "conf/mine.json").entry()).contains("conf/mine.json");
  }
}
