package dev.foresight.jobs.calibrate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.foresight.onnx.graph.Statistics;
import dev.foresight.sketch.SketchSettings;
import dev.foresight.sketch.Statistic;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/** What messages tell people to pass to {@code calibrate}. */
class StatisticOptionsTest {
  static Iterable<Statistic<?>> all() {
    return Statistics.all();
  }

  @ParameterizedTest
  @MethodSource("all")
  void statisticThatIsNotAlwaysKeptNamesAnOptionThatCalibrateHas(Statistic<?> statistic) {
    if (!statistic.isKept(new SketchSettings(1, 0, 0))) {
      assertThat(new CommandLine(new CalibrateCommand()).getCommandSpec().optionsMap())
          .containsKey(statistic.option().split(" ", 2)[0]);
    }
  }
}
