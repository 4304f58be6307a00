package dev.foresight.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.OnnxTensor;
import dev.foresight.model.ModelConfig;
import dev.foresight.onnx.GoldenModel;
import dev.foresight.onnx.graph.BlockGraph;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Golden Phi-3 turns by other angles (longrope) as soon as a sequence has more than 16 tokens. */
class AnglesTest {
  private static final int ROOM = 40;
  private static final int FIRST = 16; // original_max_position_embeddings
  private static final double NEAR = 1e-5;

  private static Angles angles(String name, int room) throws IOException {
    GoldenModel golden = new GoldenModel(name);
    return new Angles(ModelConfig.parse(golden.folder().text("config.json"), name), room);
  }

  static List<String> familiesOfOneTable() {
    return GoldenModel.all().stream()
        .map(GoldenModel::name)
        .filter(name -> !name.equals("phi3"))
        .toList();
  }

  private static long[] shape(Angles angles, String table) {
    return angles.tables().get(table).getInfo().getShape();
  }

  /** A number of a table, [rows, pairs]. */
  private static double number(Angles angles, String name, long row, int pair) {
    OnnxTensor table = angles.tables().get(name);
    int pairs = (int) table.getInfo().getShape()[1];
    return table.getFloatBuffer().get((int) row * pairs + pair);
  }

  @ParameterizedTest
  @MethodSource("familiesOfOneTable")
  void modelWithoutLongropeHasOneRowForEachPosition(String name) throws IOException {
    try (Angles angles = angles(name, ROOM)) {
      assertThat(shape(angles, BlockGraph.cosines(0))[0]).isEqualTo(ROOM);
      assertThat(shape(angles, BlockGraph.sines(0)))
          .isEqualTo(shape(angles, BlockGraph.cosines(0)));
      for (int length = 1; length < ROOM; length++) {
        assertThat(angles.row(length - 1, length)).isEqualTo(length - 1);
        assertThat(angles.changesBehind(length)).isFalse();
      }
    }
  }

  /** Qwen3 turns 20 pairs, pair i of position p by p · 500^(-i / 20). */
  @Test
  void positionTurnsByItsOwnAngle() throws IOException {
    try (Angles angles = angles("qwen3", ROOM)) {
      for (int pair : new int[] {0, 1, 19}) {
        double angle = 7 * Math.pow(500, -pair / 20.0);
        assertThat(number(angles, BlockGraph.cosines(0), angles.row(7, 8), pair))
            .isCloseTo(Math.cos(angle), within(NEAR));
        assertThat(number(angles, BlockGraph.sines(0), angles.row(7, 30), pair))
            .isCloseTo(Math.sin(angle), within(NEAR));
      }
    }
  }

  /** Gemma 3: base 50 in blocks with a window, base 5000 and positions / 8 in the others. */
  @Test
  void modelOfTwoRopesHasTablesOfBoth() throws IOException {
    try (Angles angles = angles("gemma3_text", ROOM)) {
      assertThat(angles.tables()).hasSize(4);
      double[] found = {
        number(angles, BlockGraph.cosines(0), 3, 1), number(angles, BlockGraph.cosines(1), 3, 1)
      };
      double window = Math.cos(3 * Math.pow(50, -1 / 16.0));
      double full = Math.cos(3 / 8.0 * Math.pow(5000, -1 / 16.0));
      assertThat(found).usingComparatorWithPrecision(NEAR).containsExactlyInAnyOrder(window, full);
    }
  }

  @Test
  void longropeHasTheTablesOfShortAndLongSequencesOneBehindTheOther() throws IOException {
    try (Angles angles = angles("phi3", ROOM)) {
      assertThat(shape(angles, BlockGraph.cosines(0))).containsExactly(2L * ROOM, 6);
      assertThat(angles.row(5, FIRST)).isEqualTo(5);
      assertThat(angles.row(FIRST - 1, FIRST)).isEqualTo(FIRST - 1);
      assertThat(angles.row(5, FIRST + 1)).isEqualTo(ROOM + 5);
      assertThat(angles.row(FIRST, FIRST + 1)).isEqualTo(ROOM + FIRST);
      assertThat(angles.row(ROOM - 1, ROOM)).isEqualTo(2 * ROOM - 1);
    }
  }

  /** 6 pairs, 500^(i / 6), factor 1.1 and 1.5 of pair 1; sizes grow by √(1 + ln 4 / ln 16). */
  @Test
  void longropeTurnsByTheFactorsOfTheLength() throws IOException {
    try (Angles angles = angles("phi3", ROOM)) {
      double angle = 3 * Math.pow(500, -1 / 6.0);
      double size = Math.sqrt(1.5);
      assertThat(number(angles, BlockGraph.cosines(0), angles.row(3, FIRST), 1))
          .isCloseTo(size * Math.cos(angle / 1.1), within(NEAR));
      assertThat(number(angles, BlockGraph.sines(0), angles.row(3, FIRST + 1), 1))
          .isCloseTo(size * Math.sin(angle / 1.5), within(NEAR));
    }
  }

  @Test
  void longropeChangesOnceBehindTheTokensOfItsFirstTraining() throws IOException {
    try (Angles angles = angles("phi3", ROOM)) {
      for (int length = 1; length < ROOM; length++) {
        assertThat(angles.changesBehind(length)).as("%d tokens", length).isEqualTo(length == FIRST);
      }
    }
  }

  @Test
  void longropeOfShortSequencesAloneNeedsNoSecondTable() throws IOException {
    try (Angles angles = angles("phi3", FIRST)) {
      assertThat(shape(angles, BlockGraph.cosines(0))).containsExactly(FIRST, 6);
      assertThat(angles.row(FIRST - 1, FIRST)).isEqualTo(FIRST - 1);
      assertThat(number(angles, BlockGraph.sines(0), 3, 1))
          .isCloseTo(Math.sqrt(1.5) * Math.sin(3 * Math.pow(500, -1 / 6.0) / 1.1), within(NEAR));
    }
  }
}
