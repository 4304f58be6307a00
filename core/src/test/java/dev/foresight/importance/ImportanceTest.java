package dev.foresight.importance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.foresight.InputException;
import dev.foresight.model.Role;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ImportanceTest {
  /** Written by {@code src/test/python/quantize_reference.py} with NumPy 2.4. */
  private static final JsonNode GOLDEN = golden();

  private static final List<Map<Role, double[]>> STATISTICS = blocks(GOLDEN.get("statistics"));

  static Stream<JsonNode> cases() {
    return StreamSupport.stream(GOLDEN.get("cases").spliterator(), false);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void scoresEqualThoseOfNumPy(JsonNode expected) {
    Window window =
        new Window(
            expected.get("blend").doubleValue(),
            expected.get("blocks").intValue(),
            new Weights(expected.get("ratio").doubleValue()),
            Normalization.parse(expected.get("normalization").textValue()),
            Roles.parse(expected.get("roles").textValue()));
    List<Map<Role, double[]>> scores = Importance.fuse(STATISTICS, window);
    List<Map<Role, double[]>> golden = blocks(expected.get("scores"));
    for (int block = 0; block < golden.size(); block++) {
      for (Role role : Role.values()) {
        double[] score = scores.get(block).get(role);
        double[] want = golden.get(block).get(role);
        assertThat(score).hasSameSizeAs(want);
        for (int j = 0; j < want.length; j++) {
          assertThat(score[j]).isCloseTo(want[j], within(1e-13 * want[j]));
        }
      }
    }
  }

  @Test
  void withoutAWindowTheStatisticIsUntouched() {
    assertThat(same(Importance.fuse(STATISTICS, Window.none()), STATISTICS)).isTrue();
    Window onlyItself = new Window(1, 3, Weights.UNIFORM, Normalization.LOG, Roles.ALL);
    assertThat(same(Importance.fuse(STATISTICS, onlyItself), STATISTICS)).isTrue();
  }

  @Test
  void lastBlockHasNothingAheadAndKeepsItsStatistic() {
    double[] last = Importance.fuse(STATISTICS, Window.fallback()).get(5).get(Role.MLP_INPUT);
    assertThat(last).isEqualTo(STATISTICS.get(5).get(Role.MLP_INPUT));
  }

  @Test
  void windowBeyondTheModelEqualsOneThatReachesItsEnd() {
    List<Map<Role, double[]>> far =
        Importance.fuse(
            STATISTICS, new Window(0.5, 100, Weights.UNIFORM, Normalization.MEAN, Roles.ALL));
    List<Map<Role, double[]>> end =
        Importance.fuse(
            STATISTICS, new Window(0.5, 5, Weights.UNIFORM, Normalization.MEAN, Roles.ALL));
    assertThat(same(far, end)).isTrue();
  }

  @Test
  void logBlendOfScaledBlocksIsAScaledLogBlend() {
    List<Map<Role, double[]>> louder = new ArrayList<>();
    for (Map<Role, double[]> block : STATISTICS) {
      Map<Role, double[]> copy = new EnumMap<>(Role.class);
      copy.put(Role.MLP_INPUT, scaled(block.get(Role.MLP_INPUT), louder.isEmpty() ? 1 : 8));
      louder.add(copy);
    }
    double[] plain = Importance.fuse(STATISTICS, Window.fallback()).get(0).get(Role.MLP_INPUT);
    double[] shifted = Importance.fuse(louder, Window.fallback()).get(0).get(Role.MLP_INPUT);
    for (int j = 0; j < plain.length; j++) {
      // the blocks ahead have 0.15 of the blend: 8^0.15
      assertThat(shifted[j] / plain[j]).isCloseTo(Math.pow(8, 0.15), within(1e-12));
    }
  }

  @Test
  void zeroInOneBlockScoresZeroInTheLogBlendAndIsNoNumberNowhere() {
    Window onlyAhead = new Window(0, 1, Weights.UNIFORM, Normalization.LOG, Roles.ALL);
    List<Map<Role, double[]>> blocks =
        List.of(
            Map.of(Role.MLP_INPUT, new double[] {0, 2}),
            Map.of(Role.MLP_INPUT, new double[] {3, 0}));
    assertThat(Importance.fuse(blocks, Window.fallback()).get(0).get(Role.MLP_INPUT))
        .containsExactly(0, 0);
    assertThat(Importance.fuse(blocks, onlyAhead).get(0).get(Role.MLP_INPUT))
        .containsExactly(new double[] {3, 0}, within(1e-15));
  }

  @Test
  void blockOfZerosHasZeroMeanNormalizedScores() {
    Window window = new Window(0.5, 1, Weights.UNIFORM, Normalization.MEAN, Roles.ALL);
    List<Map<Role, double[]>> blocks =
        List.of(
            Map.of(Role.MLP_INPUT, new double[] {0, 0}),
            Map.of(Role.MLP_INPUT, new double[] {1, 3}));
    assertThat(Importance.fuse(blocks, window).get(0).get(Role.MLP_INPUT))
        .containsExactly(0.25, 0.75);
  }

  @Test
  void rolesCanHaveWindowsOfTheirOwn() {
    Window near = new Window(0.5, 1, Weights.UNIFORM, Normalization.MEAN, Roles.ALL);
    List<Map<Role, double[]>> scores =
        Importance.fuse(
            STATISTICS, Map.of(Role.MLP_INPUT, near, Role.ATTENTION_INPUT, Window.fallback()));
    for (int block = 0; block < STATISTICS.size(); block++) {
      assertThat(scores.get(block).get(Role.MLP_INPUT))
          .isEqualTo(Importance.fuse(STATISTICS, near).get(block).get(Role.MLP_INPUT));
      assertThat(scores.get(block).get(Role.ATTENTION_INPUT))
          .isEqualTo(
              Importance.fuse(STATISTICS, Window.fallback()).get(block).get(Role.ATTENTION_INPUT));
      assertThat(scores.get(block).get(Role.MLP_OUTPUT))
          .isEqualTo(STATISTICS.get(block).get(Role.MLP_OUTPUT));
    }
  }

  @Test
  void statisticThatIsNoNumberIsRefusedWithItsPlace() {
    List<Map<Role, double[]>> blocks =
        List.of(
            Map.of(Role.MLP_INPUT, new double[] {1, 1}),
            Map.of(Role.MLP_INPUT, new double[] {1, Double.NaN}));
    assertThatThrownBy(() -> Importance.fuse(blocks, Window.none()))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("Block 1 has mean |x| NaN in channel 1 of mlp_input");
  }

  @Test
  void blocksOfDifferentWidthCannotBeFused() {
    List<Map<Role, double[]>> blocks =
        List.of(
            Map.of(Role.MLP_OUTPUT, new double[] {1, 1}), Map.of(Role.MLP_OUTPUT, new double[3]));
    assertThatThrownBy(() -> Importance.fuse(blocks, Window.fallback()))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("Block 0 has 2 channels of mlp_output, but block 1 has 3")
        .hasMessageContaining("--window-roles");
  }

  private static double[] scaled(double[] values, double factor) {
    return java.util.Arrays.stream(values).map(v -> v * factor).toArray();
  }

  private static boolean same(List<Map<Role, double[]>> a, List<Map<Role, double[]>> b) {
    for (int block = 0; block < b.size(); block++) {
      for (Role role : Role.values()) {
        if (!java.util.Arrays.equals(a.get(block).get(role), b.get(block).get(role))) {
          return false;
        }
      }
    }
    return a.size() == b.size();
  }

  private static List<Map<Role, double[]>> blocks(JsonNode json) {
    List<Map<Role, double[]>> blocks = new ArrayList<>();
    for (JsonNode block : json) {
      Map<Role, double[]> values = new EnumMap<>(Role.class);
      for (Role role : Role.values()) {
        JsonNode array = block.get(role.key());
        values.put(
            role,
            StreamSupport.stream(array.spliterator(), false)
                .mapToDouble(JsonNode::doubleValue)
                .toArray());
      }
      blocks.add(values);
    }
    return blocks;
  }

  private static JsonNode golden() {
    try (InputStream in = ImportanceTest.class.getResourceAsStream("/quantize/importance.json")) {
      return new ObjectMapper().readTree(in);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
