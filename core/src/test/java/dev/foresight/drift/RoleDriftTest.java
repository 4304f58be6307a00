package dev.foresight.drift;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

// numbers: numpy, core/src/test/python/drift_golden.py
class RoleDriftTest {
  static Stream<JsonNode> cases() {
    try (var in = RoleDriftTest.class.getResourceAsStream("/drift/golden.json")) {
      return StreamSupport.stream(new ObjectMapper().readTree(in).spliterator(), false);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static double[] values(JsonNode node, String name) {
    return StreamSupport.stream(node.path(name).spliterator(), false)
        .mapToDouble(JsonNode::asDouble)
        .toArray();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void distancesAreThoseOfNumpy(JsonNode golden) {
    double[] a = values(golden, "a");
    double[] b = values(golden, "b");
    double[] importanceA = values(golden, "importance_a");
    double[] importanceB = values(golden, "importance_b");
    RoleDrift drift = RoleDrift.of(a, b, importanceA, importanceB);
    assertThat(drift.difference()).isCloseTo(golden.path("difference").asDouble(), within(1e-13));
    assertThat(drift.topOverlap()).isEqualTo(golden.path("top_overlap").asDouble());
    assertThat(drift.topRankChange())
        .isCloseTo(golden.path("top_rank_change").asDouble(), within(1e-15));
    assertThat(drift.importance()).isCloseTo(golden.path("importance").asDouble(), within(1e-13));
    RoleDrift back = RoleDrift.of(b, a, importanceB, importanceA);
    assertThat(back.difference()).isEqualTo(drift.difference());
    assertThat(back.topRankChange()).isEqualTo(drift.topRankChange());
  }

  @ParameterizedTest
  @MethodSource("cases")
  void outliersAreThoseOfNumpyAndTheChannelWithoutActivityIsNamed(JsonNode golden) {
    double[] a = values(golden, "a");
    float[] max = new float[a.length];
    for (int j = 0; j < max.length; j++) {
      max[j] = (float) (3 * a[j]);
    }
    Coverage coverage = Coverage.of(5.0 * a.length, a, max);
    assertThat(coverage.outliers().stream().map(o -> (double) o.channel()))
        .containsExactly(
            java.util.Arrays.stream(values(golden, "outliers")).boxed().toArray(Double[]::new));
    assertThat(coverage.outliers().get(0).timesMedian())
        .isCloseTo(a[4] / golden.path("median").asDouble(), within(1e-9));
    assertThat(coverage.neverActive()).containsExactly(2);
    assertThat(coverage.isThin()).isTrue();
  }

  @Test
  void calibrationIsNotApartFromItself() {
    double[] a = {3, 0, 1, 2};
    assertThat(RoleDrift.of(a, a, a, a)).isEqualTo(new RoleDrift(0, 1, 0, 0));
  }

  @Test
  void commonFactorMovesTheDifferenceButNoImportance() {
    double[] a = {3, 1, 2};
    double[] doubled = {6, 2, 4};
    RoleDrift drift = RoleDrift.of(a, doubled, a, doubled);
    assertThat(drift.difference()).isCloseTo(2 / 3.0, within(1e-15));
    assertThat(drift.importance()).isZero();
    assertThat(drift.topOverlap()).isEqualTo(1);
  }

  @Test
  void channelsThatAreActiveOnOneSideOnlyAreTwoApart() {
    double[] a = {1, 0};
    double[] b = {0, 1};
    RoleDrift drift = RoleDrift.of(a, b, a, b);
    assertThat(drift.difference()).isEqualTo(2);
    assertThat(drift.topOverlap()).isZero();
    assertThat(drift.topRankChange()).isEqualTo(0.5); // one place of two channels
    assertThat(drift.importance()).isZero(); // no channel has a ratio
  }

  @Test
  void meanIsTakenOfEachNumber() {
    assertThat(RoleDrift.mean(List.of(new RoleDrift(1, 0, 0.25, 2), new RoleDrift(0, 1, 0.75, 0))))
        .isEqualTo(new RoleDrift(0.5, 0.5, 0.5, 1));
  }
}
