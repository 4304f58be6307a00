package dev.foresight.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foresight.InputException;
import dev.foresight.model.Model;
import dev.foresight.model.ModelConfig;
import dev.foresight.model.Role;
import dev.foresight.onnx.graph.ResidualNodes;
import dev.foresight.onnx.graph.Statistics;
import dev.foresight.sketch.Column;
import dev.foresight.sketch.Measured;
import dev.foresight.sketch.Rows;
import dev.foresight.sketch.SampledPlaces;
import dev.foresight.sketch.SampledPlaces.Place;
import dev.foresight.sketch.SketchSettings;
import dev.foresight.sketch.SliceExtent;
import dev.foresight.sketch.SliceId;
import dev.foresight.sketch.SliceStates;
import dev.foresight.sketch.Statistic;
import dev.foresight.sketch.Sums;
import dev.foresight.sketch.Tokens;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every statistic promises, whichever it is. */
class StatisticsTest {
  private static final int LENGTH = 10;
  private static final SketchSettings SETTINGS = new SketchSettings(3, 5, 2);
  private static final List<Place> PLACES =
      SampledPlaces.choose(7, "a", List.of(0L, 1L, 2L), LENGTH, 5, 2);
  private static final int[][] SLICE =
      Stream.of(1, 2, 3)
          .map(seed -> new Random(seed).ints(LENGTH, 0, 256).toArray())
          .toArray(int[][]::new);

  static List<Statistic<?>> all() {
    return Statistics.all();
  }

  private static RowSelection rows() {
    return new RowSelection(
        PLACES.stream().mapToInt(p -> (int) p.sequence() * LENGTH + p.position()).toArray());
  }

  private static <S> SliceStates<S> states(Statistic<S> statistic, Model model) throws IOException {
    SliceStates<S> states = new SliceStates<>(statistic, "a", PLACES);
    RunnerSettings settings = RunnerSettings.resident().measuring(List.of(statistic));
    try (BlockRunner runner = new BlockRunner(model, settings.withBatchTokens(2 * LENGTH))) {
      runner.run(SLICE, rows(), (block, measured, first) -> states.add(block, measured));
    }
    return states;
  }

  private static SliceExtent extent(String place, ModelConfig config) {
    int channels =
        place.equals(Statistic.BLOCK)
            ? config.hidden()
            : Role.valueOf(place.toUpperCase(java.util.Locale.ROOT)).channels(config);
    return new SliceExtent(new SliceId("a", 0), SLICE.length, LENGTH, channels);
  }

  @ParameterizedTest
  @MethodSource("all")
  <S> void itsNodesMeasureWhatItReadsAndItsRowsAreReadAsWritten(Statistic<S> statistic)
      throws IOException {
    try (Model model = Llama.open()) {
      List<Map<String, S>> blocks = states(statistic, model).blocks();
      assertThat(blocks).hasSize(model.config().blocks());
      for (Map<String, S> block : blocks) {
        assertThat(block).hasSize(statistic.ofRoles() ? Role.values().length : 1);
        for (Map.Entry<String, S> place : block.entrySet()) {
          List<Object[]> written = statistic.rows(place.getValue());
          SliceExtent extent = extent(place.getKey(), model.config());
          Optional<S> read = statistic.state(written, extent);
          assertThat(statistic.rows(read.orElseThrow()).toArray()).isEqualTo(written.toArray());
          written.forEach(row -> assertHasTheColumns(statistic, row));
          S merged = statistic.merge(List.of(place.getValue()), SETTINGS);
          assertThat(statistic.rows(merged).toArray()).isEqualTo(written.toArray());
        }
      }
    }
  }

  private static void assertHasTheColumns(Statistic<?> statistic, Object[] row) {
    List<Class<?>> types =
        statistic.columns().stream().<Class<?>>map(column -> javaType(column.type())).toList();
    assertThat(Arrays.stream(row).map(Object::getClass)).isEqualTo(types);
  }

  private static Class<?> javaType(Column.Type type) {
    return switch (type) {
      case TEXT -> String.class;
      case INT32 -> Integer.class;
      case INT64 -> Long.class;
      case FLOAT32 -> Float.class;
      case BYTES -> byte[].class;
      case DOUBLES -> double[].class;
      case FLOATS -> float[].class;
    };
  }

  @ParameterizedTest
  @MethodSource("all")
  void itsNameIsAFolderOfItsOwn(Statistic<?> statistic) {
    assertThat(statistic.name()).matches("[a-z_]+").isNotIn("sequences", "commits");
    assertThat(Statistics.all().stream().map(Statistic::name)).doesNotHaveDuplicates();
    assertThat(Statistics.named(statistic.name())).isSameAs(statistic);
  }

  @Test
  void calibrationKeepsWhatItsSettingsSay() {
    assertThat(Statistics.kept(new SketchSettings(16, 256, 16)))
        .containsExactly(Sums.SUMS, Rows.ROWS, Tokens.TOKENS);
    assertThat(Statistics.kept(new SketchSettings(16, 0, 0))).containsExactly(Sums.SUMS);
  }

  @Test
  void nameOfNoStatisticIsRefused() {
    assertThatThrownBy(() -> Statistics.named("moods"))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "There is no statistic 'moods', only %s: use the release that wrote it.",
            Statistics.names(Statistics.all()));
  }

  @Test
  void nodesOfTheBlockMeasureBesideTheRoles() throws IOException {
    RunnerSettings settings = RunnerSettings.resident().withNodes(List.of(new ResidualNodes()));
    float[][] residual = new float[3][];
    try (Model model = Llama.open();
        BlockRunner runner = new BlockRunner(model, settings)) {
      float[] hidden =
          runner.run(
              SLICE,
              rows(),
              (block, measured, first) -> {
                assertThat(measured.keySet()).containsExactly(Statistic.BLOCK);
                Measured of = measured.get(Statistic.BLOCK);
                assertThat(of.rows()).isEqualTo(PLACES.size());
                residual[block] = of.output("residual");
              });
      int channels = model.config().hidden();
      for (int i = 0; i < PLACES.size(); i++) { // behind the last block
        int token = (int) PLACES.get(i).sequence() * LENGTH + PLACES.get(i).position();
        assertThat(Arrays.copyOfRange(residual[2], i * channels, (i + 1) * channels))
            .isEqualTo(Arrays.copyOfRange(hidden, token * channels, (token + 1) * channels));
      }
      assertThat(residual[1]).isNotEqualTo(residual[2]);
    }
  }
}
