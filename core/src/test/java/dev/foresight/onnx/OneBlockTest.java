package dev.foresight.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foresight.InputException;
import dev.foresight.model.Model;
import dev.foresight.model.Role;
import dev.foresight.onnx.graph.Statistics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A block by itself against the runner of whole models, bit by bit. */
class OneBlockTest {
  private static final int LENGTH = 33;
  private static final RowSelection ROWS = new RowSelection(new int[] {0, 7, 34, 101, 164});

  @TempDir private Path scratch;

  private static int[][] slice() {
    int[][] slice = new int[5][LENGTH];
    for (int i = 0; i < slice.length; i++) {
      int first = i;
      Arrays.setAll(slice[i], t -> (t * 17 + first * 5 + 3) % 96);
    }
    return slice;
  }

  private void lead(Model model, int block, float[] stream) throws IOException {
    try (OneBlock attention = OneBlock.upTo(Role.MLP_INPUT, model, block, scratch);
        OneBlock mlp = OneBlock.mlp(model, block, scratch)) {
      attention.rows(stream, LENGTH, RowSelection.none());
      mlp.advance(stream, LENGTH);
    }
  }

  static List<GoldenModel> families() {
    return GoldenModel.all();
  }

  @ParameterizedTest
  @MethodSource("families")
  void blocksInTurnGiveTheHiddenStatesOfTheWholeModel(GoldenModel family) throws IOException {
    try (Model model = family.open();
        BlockRunner runner = new BlockRunner(model, RunnerSettings.resident())) {
      float[] hidden = OneBlock.embed(model, slice());
      for (int block = 0; block < model.config().blocks(); block++) {
        lead(model, block, hidden);
      }
      assertThat(hidden).isEqualTo(runner.run(slice()));
    }
  }

  @ParameterizedTest
  @MethodSource("families")
  void rowsInFrontOfEachRoleAreThoseThatCalibrationKeeps(GoldenModel family) throws IOException {
    for (Role role : Role.values()) {
      rowsInFrontOfRoleAreThoseThatCalibrationKeeps(family, role);
    }
  }

  private void rowsInFrontOfRoleAreThoseThatCalibrationKeeps(GoldenModel family, Role role)
      throws IOException {
    Observed observed = new Observed();
    try (Model model = family.open();
        BlockRunner runner =
            new BlockRunner(model, RunnerSettings.resident().measuring(Statistics.all()))) {
      runner.run(slice(), ROWS, observed);
      float[] hidden = OneBlock.embed(model, slice());
      lead(model, 0, hidden);
      try (OneBlock attention = OneBlock.upTo(Role.MLP_INPUT, model, 1, scratch);
          OneBlock second = OneBlock.upTo(role, model, 1, scratch)) {
        if (role == Role.MLP_OUTPUT) {
          attention.rows(hidden, LENGTH, RowSelection.none());
        }
        assertThat(second.rows(hidden, LENGTH, ROWS))
            .as(role.key())
            .isEqualTo(observed.only(1).rows(role));
      }
    }
  }

  /** So that a role's rows cost no more than what lies in front of it. */
  @Test
  void weightsThatTheRolesRowsDoNotNeedAreNotRead() throws IOException {
    for (Role role : Role.values()) {
      try (Model model =
          Llama.open(
              (name, values) -> {
                if (Stream.of("down_proj", "o_proj").anyMatch(name::contains)) {
                  values[0] = Float.NaN; // refused when it is read
                }
              })) {
        if (role != Role.MLP_INPUT) {
          OneBlock.upTo(role, model, 0, scratch).close();
        } else {
          assertThatThrownBy(() -> OneBlock.upTo(role, model, 0, scratch))
              .as(role.key())
              .isInstanceOf(InputException.class)
              .hasMessageContaining("o_proj");
        }
      }
    }
  }

  @Test
  void rowsOfSomeBatchesOnlyAreFound() throws IOException {
    RowSelection last = new RowSelection(new int[] {4 * LENGTH + 32});
    try (Model model = Llama.open();
        OneBlock one = OneBlock.upTo(Role.MLP_OUTPUT, model, 0, scratch)) {
      float[] hidden = OneBlock.embed(model, slice());
      float[] all = one.rows(hidden, LENGTH, new RowSelection(new int[] {3, 4 * LENGTH + 32}));
      float[] found = one.rows(hidden, LENGTH, last);
      assertThat(found).isEqualTo(Arrays.copyOfRange(all, all.length / 2, all.length));
    }
  }

  @Test
  void overflowNamesSequenceAndBlock() throws IOException {
    try (Model model = Llama.open();
        OneBlock mlp = OneBlock.mlp(model, 1, scratch)) {
      float[] hidden = OneBlock.embed(model, slice());
      hidden[3 * LENGTH * model.config().hidden()] = Float.POSITIVE_INFINITY;
      assertThatThrownBy(() -> mlp.advance(hidden, LENGTH))
          .isInstanceOf(NotFiniteException.class)
          .hasMessageEndingWith(
              ", block 1: what quantized blocks send overflows in its hidden states. Quantize without --propagate, or to more bits.")
          .extracting(e -> ((NotFiniteException) e).sequence())
          .isEqualTo(3);
    }
  }

  @Test
  void weightsGoWithTheBlock() throws IOException {
    try (Model model = Llama.open()) {
      OneBlock.mlp(model, 0, scratch).close();
    }
    try (Stream<Path> left = Files.list(scratch)) {
      assertThat(left).isEmpty();
    }
  }
}
